import type { FunnelFacts } from '../api.js';
import { count, percent } from '../view/format.js';
import { listingsBars } from '../view/listings.js';

/** The candidates by how many sellers list them, beside the shares of the paper's table 1. */
export function Listings({ funnel }: { readonly funnel: FunnelFacts }) {
  const bars = listingsBars(funnel.candidatesByListings);
  const most = Math.max(...bars.flatMap(({ share, paperShare }) => [share, paperShare]), 0.01);
  return (
    <table class="bars">
      <caption class="visually-hidden">Candidates by listings, beside the shares of the paper's table 1</caption>
      <thead>
        <tr>
          <th scope="col">Listings</th>
          <th scope="col">
            <span class="bars-key">
              <i class="swatch swatch-area" /> here
            </span>
            <span class="bars-key">
              <i class="swatch swatch-paper" /> paper's Table 1
            </span>
          </th>
          <th scope="col" class="number">
            Candidates
          </th>
        </tr>
      </thead>
      <tbody>
        {bars.map(({ bucket, name, candidates, share, paperShare }) => (
          <tr key={bucket}>
            <th scope="row">
              <span class="bars-bucket">{bucket}</span>
              <span class="note">{name}</span>
            </th>
            <td>
              <Bar of={share / most} kind="here" text={percent(share)} />
              <Bar of={paperShare / most} kind="paper" text={percent(paperShare)} />
            </td>
            <td class="number figure">{count(candidates)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Bar({ of, kind, text }: { readonly of: number; readonly kind: 'here' | 'paper'; readonly text: string }) {
  return (
    <div class="bar">
      <span class={`bar-fill bar-${kind}`} style={{ width: `calc((100% - 4.5rem) * ${of.toFixed(4)})` }} />
      <span class="bar-text">
        <span class="visually-hidden">{kind === 'here' ? 'here ' : 'paper '}</span>
        {text}
      </span>
    </div>
  );
}
