import type { LimitsResponse, PresignRequest, PresignResponse, StatusResponse } from "./api.ts";
import { ERRORS, type ErrorCode } from "./errors.ts";

/** One exchange as it goes over the wire, for the document of the API. */

const PHOTO_ID = "3f2c1a9e-8b7d-4c6f-9a5e-0d1b2c3a4f5e";
const FILM_ID = "7a6b5c4d-3e2f-4a1b-8c9d-0e1f2a3b4c5d";
const CDN = "https://d111111abcdef8.cloudfront.net";
const BUCKET = "https://uploads-111111111111.s3.eu-central-1.amazonaws.com/";
const CREATED_AT = "2026-11-01T12:00:00.000Z";
const EXPIRES_AT = "2026-11-01T12:05:00.000Z";

const photo: PresignRequest = { fileName: "beach.jpg", contentType: "image/jpeg", size: 4_167_727 };
const recording: PresignRequest = {
  fileName: "call.webm",
  contentType: "video/webm;codecs=vp8,opus",
  size: 12_345_678,
  convertTo: "mp4",
  method: "PUT",
};

const form: PresignResponse = {
  jobId: PHOTO_ID,
  key: `image/${PHOTO_ID}`,
  contentType: "image/jpeg",
  upload: {
    method: "POST",
    url: BUCKET,
    fields: {
      key: `image/${PHOTO_ID}`,
      "Content-Type": "image/jpeg",
      success_action_status: "201",
      "x-amz-algorithm": "AWS4-HMAC-SHA256",
      "x-amz-credential": "ASIAEXAMPLE/20261101/eu-central-1/s3/aws4_request",
      "x-amz-date": "20261101T120000Z",
      "x-amz-security-token": "…",
      policy: "…",
      "x-amz-signature": "…",
    },
    expiresAt: EXPIRES_AT,
  },
  statusUrl: `https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/status?jobId=${PHOTO_ID}`,
};

const bareFile: PresignResponse = {
  jobId: FILM_ID,
  key: `video/${FILM_ID}`,
  contentType: "video/webm",
  upload: {
    method: "PUT",
    url: `${BUCKET}video/${FILM_ID}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=300`,
    headers: { "content-type": "video/webm", "if-none-match": "*" },
    expiresAt: EXPIRES_AT,
  },
  statusUrl: `https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/status?jobId=${FILM_ID}`,
};

const photoJob = { jobId: PHOTO_ID, key: `image/${PHOTO_ID}`, fileName: "beach.jpg", createdAt: CREATED_AT } as const;
const filmJob = { jobId: FILM_ID, key: `video/${FILM_ID}`, fileName: "call.webm", createdAt: CREATED_AT } as const;
const photoSource = { kind: "image", contentType: "image/jpeg", bytes: 4_167_727 } as const;
const filmSource = { kind: "video", contentType: "video/webm", bytes: 12_345_678 } as const;

const jobs: Readonly<Record<string, StatusResponse>> = {
  pending: { ...photoJob, status: "PENDING", progress: 0, source: photoSource, renditions: [] },
  processing: { ...filmJob, status: "PROCESSING", progress: 42, source: filmSource, renditions: [] },
  photo: {
    ...photoJob,
    status: "COMPLETED",
    progress: 100,
    source: { ...photoSource, width: 4000, height: 3000 },
    renditions: [
      {
        name: "w640",
        width: 640,
        height: 480,
        contentType: "image/webp",
        bytes: 38_214,
        url: `${CDN}/v1/${PHOTO_ID}/w640.webp`,
      },
    ],
    placeholder: "3OcRJYB4d3h/iIeHeEh3eIhw+j2w",
  },
  film: {
    ...filmJob,
    status: "COMPLETED",
    progress: 100,
    source: { ...filmSource, width: 1280, height: 720, durationSeconds: 61.4 },
    renditions: [
      {
        name: "video",
        width: 1280,
        height: 720,
        contentType: "video/mp4",
        bytes: 9_876_543,
        url: `${CDN}/v1/${FILM_ID}/video.mp4`,
      },
      {
        name: "poster",
        width: 1280,
        height: 720,
        contentType: "image/jpeg",
        bytes: 54_321,
        url: `${CDN}/v1/${FILM_ID}/poster.jpg`,
      },
    ],
  },
  failed: {
    ...photoJob,
    status: "FAILED",
    progress: 0,
    source: photoSource,
    renditions: [],
    error: { code: "CORRUPT_MEDIA", message: ERRORS.CORRUPT_MEDIA.message },
  },
  expired: {
    ...photoJob,
    status: "EXPIRED",
    progress: 0,
    source: photoSource,
    renditions: [],
    error: { code: "UPLOAD_EXPIRED", message: ERRORS.UPLOAD_EXPIRED.message },
  },
};

const limits: LimitsResponse = {
  image: {
    maxBytes: 25_000_000,
    contentTypes: ["image/jpeg", "image/jpg", "image/pjpeg"],
    extensions: [".jpg", ".jpeg"],
    formats: [{ name: "JPEG", contentType: "image/jpeg", extensions: [".jpg", ".jpeg"], maxPixels: 50_000_000 }],
    conversions: ["jpeg", "png", "webp"],
    maxSidePixels: 16_383,
    maxFrames: 1000,
  },
  video: {
    maxBytes: 500_000_000,
    contentTypes: ["video/mp4", "video/x-m4v"],
    extensions: [".mp4", ".m4v"],
    formats: [{ name: "MP4", contentType: "video/mp4", extensions: [".mp4", ".m4v"] }],
    conversions: ["mp4", "webm"],
    maxDurationSeconds: 3600,
    maxFramePixels: 9_437_184,
  },
  audio: {
    maxBytes: 200_000_000,
    contentTypes: ["audio/mpeg", "audio/mp3"],
    extensions: [".mp3"],
    formats: [{ name: "MP3", contentType: "audio/mpeg", extensions: [".mp3"] }],
    conversions: ["m4a", "mp3", "wav"],
    maxDurationSeconds: 3600,
  },
  upload: { expiresInSeconds: 300, methods: ["POST", "PUT"] },
  refused: [
    {
      contentTypes: ["video/x-ms-wmv"],
      extensions: [".wmv"],
      message: "This is a Windows Media video, which can't be opened. Export it as MP4 and add it again.",
    },
  ],
};

/** What a request's field was expected to be, where that is the error. */
export const ERROR_DETAILS: Readonly<Partial<Record<ErrorCode, { path: string; message: string }[]>>> = {
  INVALID_REQUEST: [{ path: "size", message: "expected a whole number" }],
  UNSUPPORTED_CONTENT_TYPE: [{ path: "contentType", message: "not accepted; GET /limits lists what is" }],
  UNSUPPORTED_CONVERSION: [{ path: "convertTo", message: "expected one of m4a, mp3, wav" }],
  FILE_TOO_LARGE: [{ path: "size", message: "expected 1 to 25000000" }],
  FILE_EMPTY: [{ path: "size", message: "expected 1 to 25000000" }],
};

export const EXAMPLES = {
  presignRequest: { photo, recording },
  presignResponse: { photo: form, recording: bareFile },
  limitsResponse: { limits },
  statusResponse: jobs,
} as const;
