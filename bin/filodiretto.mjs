#!/usr/bin/env node
// The product is TypeScript all the way; tsx turns it into what Node runs, with a cache, so there is no build step to forget.
import { register } from 'tsx/esm/api';

register();
const { main } = await import('../server/cli.ts');
await main(process.argv.slice(2));
