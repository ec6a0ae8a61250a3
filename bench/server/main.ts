import { serve } from "../../src/kit/serve.ts";
import { definition } from "./definition.ts";

await serve(definition);
