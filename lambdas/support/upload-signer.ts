/** What one upload may do: write this key once, with exactly this content type, until it expires. */
export interface UploadGrant {
  readonly key: string;
  readonly contentType: string;
  readonly now: Date;
  readonly expiresInSeconds: number;
}

/** A form: every field, and then the file, go into one multipart/form-data body. */
export interface PostUpload {
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** A PUT of the bare file, with exactly these headers. */
export interface PutUpload {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Signs uploads so that the store itself enforces key, type, size and time (threats.md U1, U2, U3). */
export interface UploadSigner {
  /** The store takes 1 to `maxBytes` bytes. */
  signPost(grant: UploadGrant & { readonly maxBytes: number }): Promise<PostUpload>;
  /** The store takes exactly `bytes` bytes, and nothing where the key exists. */
  signPut(grant: UploadGrant & { readonly bytes: number }): Promise<PutUpload>;
}
