import { fileURLToPath } from "node:url";

/** The folder that holds package.json, whatever the folder from which a command was called. */
export const PROJECT_FOLDER = fileURLToPath(new URL("..", import.meta.url));
