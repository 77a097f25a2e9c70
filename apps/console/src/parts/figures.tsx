import type { Overview } from '../api.js';
import { count, duration, rate, recall } from '../view/format.js';
import { freshnessView } from '../view/freshness.js';

interface Figure {
  readonly name: string;
  readonly value: string;
  readonly more: string;
}

/** The figures that an operator looks at first. */
export function Figures({ overview }: { readonly overview: Overview }) {
  return (
    <dl class="figures" aria-label="Key figures">
      {figures(overview).map(({ name, value, more }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <span class="figure">{value}</span>
            <span class="figure-more">{more}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function figures({ serving, freshness, activity }: Overview): readonly Figure[] {
  const now = 'value' in serving ? serving.value : undefined;
  const hasVersion = now !== undefined && now.version !== '';
  const [changes, events] = [activity.changes.at(-1) ?? null, activity.events.at(-1) ?? null];
  const index = now?.indexKind === 'hnsw' ? `index finds ${recall(now.indexRecall)} of exact search` : 'exact search';
  return [
    hasVersion
      ? { name: 'Serving', value: now.version, more: `published ${duration(now.versionAgeSeconds)} ago` }
      : { name: 'Serving', value: 'none yet', more: 'sellers get the products in demand' },
    {
      name: 'Recall@100',
      value: hasVersion ? recall(now.recallAt100) : '–',
      more: hasVersion ? index : 'not measured yet',
    },
    {
      name: 'Freshness',
      value: freshness.lagSeconds === null ? '–' : duration(freshness.ageSeconds),
      more: freshness.lagSeconds === null ? freshnessView(freshness).detail : 'since the last graph change',
    },
    {
      name: 'Candidates',
      value: now === undefined ? '–' : count(now.candidates),
      more: hasVersion ? `${count(now.recommendable)} with a vector` : 'may be recommended',
    },
    {
      name: 'Events / s',
      value: events === null ? '–' : rate(events),
      more: changes === null ? 'measuring' : `${rate(changes)} graph changes / s`,
    },
  ];
}
