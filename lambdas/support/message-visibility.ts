/** SQS lets no receiver hide a message for longer, in all, than this after it was received. */
export const MAX_HIDDEN_SECONDS = 43_200;

export interface Hiding {
  /** Of the receive that this worker answers for. */
  readonly receiptHandle: string;
  /** Whole seconds from now until the message may be received again, in place of what held before; 0 shows it at once. */
  readonly seconds: number;
}

/** When messages that a worker has in hand come back, should it not finish them. */
export interface MessageVisibility {
  /**
   * Up to ten messages, as many as a worker is handed at once. Throws where one could not be hidden, because it was
   * received again since or for any other reason; the others are hidden all the same.
   */
  hide(messages: readonly Hiding[]): Promise<void>;
}
