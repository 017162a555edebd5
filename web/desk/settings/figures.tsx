import { NumberInput } from '@mantine/core';
import { useWords } from '../shell/language.tsx';

export interface Figure {
  field: string;
  least: number;
  most: number;
  unit: 's' | 'min' | 'h' | 'days' | '';
}

/** Numbers of one group, each with what it means and what it usually is. */
export function Figures({
  inputProps,
  family,
  figures,
}: {
  /** Of the form that holds the group, by the path of a field. */
  inputProps: (path: string) => object;
  family: 'cases' | 'retention';
  figures: readonly Figure[];
}) {
  const { t, word } = useWords();
  return figures.map(({ field, least, most, unit }) => (
    <NumberInput
      key={field}
      label={word(`settings.${family}`, field)}
      description={word(`settings.${family}`, `${field}.help`)}
      min={least}
      max={most}
      allowDecimal={false}
      clampBehavior="blur"
      suffix={unit === '' ? '' : unit === 'days' ? ` ${t('unit.days')}` : ` ${unit}`}
      {...inputProps(`group.${field}`)}
    />
  ));
}
