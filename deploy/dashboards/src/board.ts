import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { type ClassicDashboard, classicDashboard } from './classic.js';
import { SOURCE } from './kit.js';
import type { App } from './registries.js';

export interface Row {
  /** None: right at the top. */
  readonly title?: string;
  readonly panels: readonly Builder<dashboard.Panel>[];
}

export interface Board {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** Whose instances can be chosen; not given: all. */
  readonly apps?: readonly App[];
  readonly rows: readonly Row[];
}

/** Builds a dashboard: variables, links to the others, and its rows, panels numbered in their order. */
export function build({ uid, title, description, apps, rows }: Board): ClassicDashboard {
  const board = classicDashboard(`Thaw / ${title}`)
    .uid(uid)
    .description(description)
    .tags(['thaw'])
    .timezone('browser')
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .time({ from: 'now-1h', to: 'now' })
    .refresh('15s')
    .editable()
    .links([
      new dashboard.DashboardLinkBuilder('Thaw')
        .type(dashboard.DashboardLinkType.Dashboards)
        .tags(['thaw'])
        .asDropdown(false)
        .includeVars(false)
        .keepTime(true),
    ])
    .withVariable(new dashboard.DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'));
  const build = apps === undefined ? 'thaw_build_info' : `thaw_build_info{app=~"${apps.join('|')}"}`;
  board.withVariable(variable('job', 'Job', `label_values(${build}, job)`));
  const ofJob = build.endsWith('}') ? build.replace('}', ',job=~"$job"}') : `${build}{job=~"$job"}`;
  board.withVariable(variable('instance', 'Instance', `label_values(${ofJob}, instance)`));
  for (const { title, panels } of rows) {
    if (title !== undefined) board.withRow(new dashboard.RowBuilder(title));
    for (const panel of panels) board.withPanel(panel);
  }
  const built = board.build();
  built.panels = (built.panels ?? []).map((panel, index) => ({ ...panel, id: index + 1 }));
  return built;
}

function variable(name: string, label: string, query: string): dashboard.QueryVariableBuilder {
  return new dashboard.QueryVariableBuilder(name)
    .label(label)
    .datasource(SOURCE)
    .query({ query, refId: name })
    .definition(query)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true) // every value there is: those of other apps are not among them
    .current({ selected: true, text: ['All'], value: ['$__all'] });
}
