import type { Overview, Trouble } from '../api.js';
import { THEMES, useTheme } from '../theme.js';
import { freshnessView } from '../view/freshness.js';
import { duration } from '../view/format.js';
import { Mark } from './mark.js';

/** What is served and how fresh it is, on top of the page wherever one has scrolled to. */
export function Header({
  overview,
  trouble,
}: {
  readonly overview: Overview | undefined;
  readonly trouble: Trouble | undefined;
}) {
  return (
    <header class="top">
      <div class="top-inner">
        <a class="brand" href="#top" aria-label="Thaw console, to the top">
          <Mark />
          <span>Thaw</span>
        </a>
        <div class="top-status">
          {overview !== undefined && <Status overview={overview} isOld={trouble !== undefined} />}
        </div>
        <ThemeSwitch />
      </div>
    </header>
  );
}

function Status({ overview, isOld }: { readonly overview: Overview; readonly isOld: boolean }) {
  const { serving, freshness } = overview;
  const fresh = freshnessView(freshness);
  const version = 'value' in serving ? serving.value.version : '';
  return (
    <>
      <span class="chip">
        <span class="chip-key">Serving</span> {version === '' ? 'no version yet' : version}
        {'value' in serving && version !== '' && (
          <span class="chip-more">{duration(serving.value.versionAgeSeconds)} old</span>
        )}
      </span>
      {isOld ? (
        <span class="chip chip-lost">not connected</span>
      ) : (
        <span class={`chip chip-${fresh.level}`} title={fresh.detail}>
          {fresh.label}
          <span class="chip-more">last change {duration(freshness.ageSeconds)} ago</span>
        </span>
      )}
    </>
  );
}

function ThemeSwitch() {
  const [theme, setTheme] = useTheme();
  return (
    <label class="theme">
      <span class="visually-hidden">Colours</span>
      <select value={theme} onChange={({ currentTarget }) => setTheme(currentTarget.value as typeof theme)}>
        {THEMES.map((each) => (
          <option key={each} value={each}>
            {each[0]!.toUpperCase() + each.slice(1)}
          </option>
        ))}
      </select>
    </label>
  );
}
