import { defineService } from "../../service.ts";
import { createSts } from "./sts-service.ts";

/** STS, as far as saying who asks. */
export const sts = defineService({
  name: "sts",
  create: createSts,
  resources: [],
});
