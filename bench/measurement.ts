/** One figure of a benchmark. Machines are shared and noisy: the ratio to the baseline of the same run is what to compare. */
export interface Measurement {
  name: string;
  value: number;
  unit: string;
  /** The bare way to the same result, measured in the same run, in the same unit. */
  baseline: number;
  /** value / baseline. */
  ratio: number;
  conditions: string;
}
