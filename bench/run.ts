import { parseArgs } from 'node:util';
import { cases } from './cases.ts';
import { fanout } from './fanout.ts';
import { impact } from './impact.ts';
import { inbound } from './inbound.ts';
import type { Measurement } from './measurement.ts';
import { start } from './start.ts';

const BENCHMARKS: Record<string, () => AsyncIterable<Measurement>> = { cases, fanout, impact, inbound, start };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
});
const names = positionals.length > 0 ? positionals : Object.keys(BENCHMARKS);
for (const name of names) {
  const benchmark = BENCHMARKS[name];
  if (!benchmark) {
    process.stderr.write(`There is no benchmark "${name}". There are: ${Object.keys(BENCHMARKS).join(', ')}.\n`);
    process.exit(2);
  }
  for await (const row of benchmark()) {
    process.stdout.write(
      values.json
        ? `${JSON.stringify(row)}\n`
        : `${row.name}: ${row.value} ${row.unit}, baseline ${row.baseline}, ratio ${row.ratio.toFixed(2)} (${row.conditions})\n`,
    );
  }
}
