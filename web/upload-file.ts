import { findFormatByType } from "../contracts/accepted-formats.ts";
import type { PresignRequest } from "../contracts/api.ts";
import { type ApiClient, ApiError } from "./api-client.ts";
import { contentTypeOf } from "./content-type.ts";
import type { RunInLane } from "./lanes.ts";
import { sendFile } from "./send-file.ts";
import type { UploadCard } from "./views/upload-card.ts";
import { watchJob } from "./watch-job.ts";

/** What an upload needs; a lane holds for the sending alone, so that slow processing keeps no file waiting. */
export interface UploadMeans {
  readonly api: ApiClient;
  readonly inLane: RunInLane;
}

/** Takes one file from the person's disk to its renditions; the card tells how it goes. Never throws. */
export async function uploadFile(
  means: UploadMeans,
  file: File,
  chosenConversion: string,
  card: UploadCard,
): Promise<void> {
  card.showWaiting();
  try {
    const statusUrl = await means.inLane(() => send(means.api, file, chosenConversion, card));
    await watchJob(means.api, statusUrl, card.showJob);
  } catch (error) {
    if (!(error instanceof ApiError)) console.error(error);
    const message =
      error instanceof ApiError ? error.message : "Something went wrong on this page. Reload and try again.";
    const again = () => void uploadFile(means, file, chosenConversion, card);
    card.showFailure(message, error instanceof ApiError && error.retryable ? again : undefined);
  }
}

/** The presigned address is asked for inside the lane, because it works for five minutes only. */
async function send(api: ApiClient, file: File, chosenConversion: string, card: UploadCard): Promise<string> {
  const { upload, statusUrl } = await api.createUpload(uploadRequest(file, chosenConversion));
  card.showUploading(0);
  await sendFile(upload, file, card.showUploading);
  return statusUrl;
}

/** A conversion is chosen once for all files (`image/webp`), and asked for only where it fits the file's kind. */
export function uploadRequest(file: File, chosenConversion: string): PresignRequest {
  const contentType = contentTypeOf(file);
  const [kind, convertTo] = chosenConversion.split("/");
  const request = { fileName: file.name, contentType, size: file.size };
  return convertTo && kind === findFormatByType(contentType)?.kind ? { ...request, convertTo } : request;
}
