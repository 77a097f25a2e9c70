import { useEffect } from 'preact/hooks';
import type { Overview } from './api.js';
import { useOverview } from './live.js';
import { Activity } from './parts/activity.js';
import { Ask } from './parts/ask.js';
import { Figures } from './parts/figures.js';
import { Funnel } from './parts/funnel.js';
import { Header } from './parts/header.js';
import { Listings } from './parts/listings.js';
import { Empty, Panel, PartOf, Problem } from './parts/panel.js';
import { Runs } from './parts/runs.js';
import { TokenForm } from './parts/token-form.js';
import { Training } from './parts/training.js';
import { Versions } from './parts/versions.js';

/** The whole page. */
export function App() {
  const { overview, trouble, needsToken, refresh } = useOverview();
  const isThere = overview !== undefined || trouble !== undefined;
  useEffect(() => {
    if (!isThere) return;
    performance.mark('thaw-ready');
    document.documentElement.dataset['ready'] = '';
  }, [isThere]);
  return (
    <>
      <Header overview={overview} trouble={trouble} />
      <main id="top">
        <h1 class="visually-hidden">Thaw console</h1>
        {needsToken ? <TokenForm onEntered={refresh} /> : trouble !== undefined && <Problem trouble={trouble} />}
        {overview !== undefined && !needsToken && <Sections overview={overview} refresh={refresh} />}
      </main>
    </>
  );
}

function Sections({ overview, refresh }: { readonly overview: Overview; readonly refresh: () => void }) {
  const { funnel, versions, runs, activity, atMs } = overview;
  return (
    <>
      <Figures overview={overview} />
      <Panel
        id="funnel"
        title="The reduction, live"
        note="From what customers do to what may be recommended; heights are logarithmic."
      >
        <PartOf part={funnel}>
          {(facts) => (facts.interactions === 0 ? <NoEvents /> : <Funnel funnel={facts} />)}
        </PartOf>
      </Panel>
      <div class="columns">
        <Panel id="listings" title="Candidates by listings" note="Beside the shares of the paper's Table 1.">
          <PartOf part={funnel}>{(facts) => <Listings funnel={facts} />}</PartOf>
        </Panel>
        <Panel id="activity" title="The last minutes">
          <Activity activity={activity} nowMs={atMs} />
        </Panel>
      </div>
      <Ask />
      {'value' in versions ? (
        <Versions versions={versions.value} nowMs={atMs} onChanged={refresh} />
      ) : (
        <Panel id="versions" title="Versions">
          <Problem trouble={versions.trouble} />
        </Panel>
      )}
      <Panel id="training" title="Training" note="The last runs, and how a version was made.">
        <div class="training">
          <PartOf part={runs}>{(list) => <Runs runs={list} nowMs={atMs} />}</PartOf>
          {'value' in versions && <Training versions={versions.value} />}
        </div>
      </Panel>
    </>
  );
}

const NoEvents = () => (
  <Empty>
    No interactions yet: put events onto the topics with any Kafka client, <code>thaw import FOLDER</code>, or{' '}
    <code>thaw simulate</code>.
  </Empty>
);
