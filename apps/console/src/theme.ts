import { useEffect, useState } from 'preact/hooks';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'thaw-theme';
const dark = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

function chosen(): Theme {
  const stored = localStorage.getItem(KEY);
  return THEMES.find((theme) => theme === stored) ?? 'auto';
}

/** Colours are `light-dark()` in CSS: which of the two holds is the root's color-scheme. */
function apply(theme: Theme): void {
  document.documentElement.style.colorScheme = theme === 'auto' ? 'light dark' : theme;
  for (const listener of listeners) listener();
}

export function startTheme(): void {
  apply(chosen());
  dark.addEventListener('change', () => apply(chosen()));
}

/** The visitor's choice, and a way to make another. */
export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(chosen());
  return [
    theme,
    (next) => {
      localStorage.setItem(KEY, next);
      setTheme(next);
      apply(next);
    },
  ];
}

/** Changes whenever the colours do: for what draws with colours of its own, on a canvas. */
export function useColours(): number {
  const [round, setRound] = useState(0);
  useEffect(() => {
    const listener = (): void => setRound((before) => before + 1);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return round;
}

/** The colour that a custom property stands for now. */
export function colour(property: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${property})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
