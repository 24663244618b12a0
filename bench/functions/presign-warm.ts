import * as z from "zod";
import { bundleScript, hearScript } from "../child.ts";
import { type GoalResult, judgeAtLeast } from "../measure.ts";

const GOAL = 9;
const LEAST_PER_SECOND = 5000;

const microsecondsShape = z.object({
  ...{ post: z.number(), sdkPost: z.number(), signPost: z.number() },
  ...{ put: z.number(), sdkPut: z.number(), signPut: z.number() },
});

/** Goal 9: presign's handler, request in and response out, by CPU: what a whole core of it does in a second. */
export async function measurePresignWarm(): Promise<readonly GoalResult[]> {
  const spent = await measureInChild();
  const line = { goal: GOAL, unit: "/s" };
  const perSecond = (microseconds: number) => 1_000_000 / microseconds;
  const post = { ours: perSecond(spent.post), peer: perSecond(spent.sdkPost), floor: perSecond(spent.signPost) };
  const put = { ours: perSecond(spent.put), peer: perSecond(spent.sdkPut), floor: perSecond(spent.signPut) };
  const what = (sdk: string) => `presign, warm, a core; peer: the SDK's ${sdk} alone, floor: our signature alone`;
  return [
    judgeAtLeast({ ...line, what: what("createPresignedPost"), ...post }, LEAST_PER_SECOND),
    judgeAtLeast({ ...line, what: what("getSignedUrl (PUT)"), ...put }, LEAST_PER_SECOND),
  ];
}

async function measureInChild(): Promise<z.infer<typeof microsecondsShape>> {
  const program = await bundleScript(new URL("./children/presign-warm.ts", import.meta.url));
  return microsecondsShape.parse(await hearScript(program));
}
