import { appendFileSync, existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { logFileName } from "../../log-writer.ts";
import { AwsError } from "../../protocol/aws-json/aws-error.ts";

export const NAMESPACE = "com.amazonaws.logs";

export interface LogGroup {
  readonly name: string;
  readonly retentionDays: number | undefined;
}

/** The log groups that the stack declares. Their lines are in the log writer's files. */
export class LogGroups {
  readonly #groups = new Map<string, LogGroup>();

  constructor(private readonly directory: string) {}

  put(group: LogGroup): void {
    this.#groups.set(group.name, group);
    // A group without lines can be read, too, and is as old as its file.
    appendFileSync(join(this.directory, logFileName(group.name)), "");
  }

  has(name: string): boolean {
    return this.#groups.has(name);
  }

  /** In the order of their names, as CloudWatch lists them. */
  list(): LogGroup[] {
    return [...this.#groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Throws ResourceNotFoundException where the stack declares no such group. */
  get(name: string): LogGroup {
    const group = this.#groups.get(name);
    if (group) return group;
    throw new AwsError("ResourceNotFoundException", "The specified log group does not exist.", {
      namespace: NAMESPACE,
    });
  }

  /** The files of a group, the older first. */
  findFiles({ name }: LogGroup): string[] {
    const path = join(this.directory, logFileName(name));
    return [`${path}.old`, path].filter((file) => existsSync(file));
  }

  describe(group: LogGroup): { readonly createdAt: number; readonly storedBytes: number } {
    const files = this.findFiles(group).map((file) => statSync(file));
    return {
      createdAt: Math.floor(Math.min(...files.map(({ birthtimeMs }) => birthtimeMs))),
      storedBytes: files.reduce((sum, { size }) => sum + size, 0),
    };
  }
}
