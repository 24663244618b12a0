import { renditionKey } from "../../../contracts/media/keys.ts";
import { IMAGE_FORMATS, type ImageFormat } from "../formats/image-formats.ts";
import type { PlannedSize } from "../formats/image-plan.ts";
import type { Rendition } from "../jobs/job-table.ts";
import type { RenditionStore } from "../jobs/object-store.ts";

/**
 * Sends each rendition the moment it is encoded, while the next is being encoded, and tells when all are stored: a job
 * is complete no sooner (threats.md E8).
 */
export class RenditionOutbox {
  private readonly deliveries: Promise<Rendition>[] = [];

  constructor(
    private readonly store: RenditionStore,
    private readonly jobId: string,
  ) {}

  put(size: PlannedSize, format: ImageFormat, body: Buffer): void {
    const delivery = this.deliver(size, format, body);
    // `delivered` reports a failure; without this, one that comes first would end the process.
    delivery.catch(() => {});
    this.deliveries.push(delivery);
  }

  /** All renditions, narrowest first and the smallest file of a width first. Throws what a store threw. */
  async delivered(): Promise<Rendition[]> {
    const renditions = await Promise.all(this.deliveries);
    return renditions.sort(
      (a, b) => (a.width ?? 0) - (b.width ?? 0) || a.bytes - b.bytes || a.key.localeCompare(b.key),
    );
  }

  /** No write is under way any more, whether it succeeded or not. */
  async whenStill(): Promise<void> {
    await Promise.allSettled(this.deliveries);
  }

  private async deliver(size: PlannedSize, format: ImageFormat, body: Buffer): Promise<Rendition> {
    const { contentType, extension } = IMAGE_FORMATS[format];
    const key = renditionKey(this.jobId, size.name, extension);
    await this.store.put(key, body, contentType);
    return { name: size.name, key, contentType, bytes: body.length, width: size.width, height: size.height };
  }
}
