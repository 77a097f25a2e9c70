const KEY = 'thaw-token';

/** The bearer token that the visitor entered: kept for this tab, until it is closed. */
export const token = {
  get: (): string | null => sessionStorage.getItem(KEY),
  set: (value: string): void => sessionStorage.setItem(KEY, value),
  clear: (): void => sessionStorage.removeItem(KEY),
};
