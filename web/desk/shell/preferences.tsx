import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';

export type Density = 'comfortable' | 'compact';
const CHOICE = 'filodiretto.density';

const DensityContext = createContext<{ density: Density; choose: (density: Density) => void }>({
  density: 'comfortable',
  choose: () => undefined,
});

/** Keeps the density that was chosen in this browser. */
export function DensityProvider({ children }: { children: (density: Density) => ReactNode }) {
  const [density, setDensity] = useState<Density>(
    localStorage.getItem(CHOICE) === 'compact' ? 'compact' : 'comfortable',
  );
  const value = useMemo(
    () => ({
      density,
      choose: (chosen: Density) => {
        localStorage.setItem(CHOICE, chosen);
        setDensity(chosen);
      },
    }),
    [density],
  );
  return <DensityContext value={value}>{children(density)}</DensityContext>;
}

export const useDensity = () => useContext(DensityContext);
