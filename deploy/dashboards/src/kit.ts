import * as bargauge from '@grafana/grafana-foundation-sdk/bargauge';
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as heatmap from '@grafana/grafana-foundation-sdk/heatmap';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as statetimeline from '@grafana/grafana-foundation-sdk/statetimeline';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';

export const SOURCE: common.DataSourceRef = { type: 'prometheus', uid: '${datasource}' };

export interface Query {
  readonly expr: string;
  /** As Grafana writes it: `{{topic}}`. */
  readonly legend: string;
}

/** From which value on a colour holds; the first holds from below. */
export type Limits = readonly [base: string, ...rest: readonly (readonly [from: number, color: string])[]];

/** What every kind of panel has. */
export interface PanelOptions {
  readonly title: string;
  /** What it shows, what is good, and what to do otherwise. */
  readonly description: string;
  readonly unit: string;
  /** Columns of 24. */
  readonly span: number;
  readonly height?: number;
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  readonly limits?: Limits;
  readonly mappings?: dashboard.ValueMapping[];
  /** Uid of the dashboard that says more. */
  readonly more?: string;
  readonly queries: readonly Query[];
}

export const GREEN_ONLY: Limits = ['green'];
export const BLUE: Limits = ['blue'];

const STAT_HEIGHT = 4;
const GRAPH_HEIGHT = 8;

/** One large number for each query, or for each series of one. */
export function stats(
  options: PanelOptions & { readonly graph?: boolean; readonly wide?: boolean },
): Builder<dashboard.Panel> {
  const panel = new stat.PanelBuilder()
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false))
    .graphMode(options.graph === false ? common.BigValueGraphMode.None : common.BigValueGraphMode.Area)
    .colorMode(common.BigValueColorMode.Value)
    .textMode(options.queries.length > 1 ? common.BigValueTextMode.ValueAndName : common.BigValueTextMode.Auto)
    .wideLayout(options.wide ?? true)
    .height(options.height ?? STAT_HEIGHT);
  return withCommon(panel, options);
}

export interface GraphOptions extends PanelOptions {
  readonly stacked?: boolean;
  /** Bars: for how often something happened in each step. */
  readonly bars?: boolean;
  readonly logarithmic?: boolean;
  /** Values hold until the next: levels that jump. */
  readonly stepped?: boolean;
  /** A dashed line at each limit. */
  readonly drawLimits?: boolean;
  /** Series of this name go downwards. */
  readonly downwards?: string;
}

/** Lines over time, their newest and highest values in the legend. */
export function graph(options: GraphOptions): Builder<dashboard.Panel> {
  const isRate = options.bars === true;
  const panel = new timeseries.PanelBuilder()
    .drawStyle(isRate ? common.GraphDrawStyle.Bars : common.GraphDrawStyle.Line)
    .lineInterpolation(options.stepped === true ? common.LineInterpolation.StepAfter : common.LineInterpolation.Linear)
    .lineWidth(isRate ? 0 : 1)
    .fillOpacity(isRate ? 80 : options.stacked === true ? 30 : 8)
    .showPoints(common.VisibilityMode.Never)
    .spanNulls(false)
    .axisSoftMin(0)
    .tooltip(
      new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending),
    )
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.Table)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(isRate ? ['sum'] : ['lastNotNull', 'max']),
    )
    .height(options.height ?? GRAPH_HEIGHT);
  if (options.stacked === true || isRate) {
    panel.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal));
  }
  if (options.logarithmic === true) {
    panel.scaleDistribution(new common.ScaleDistributionConfigBuilder().type(common.ScaleDistribution.Log).log(10));
  }
  if (options.drawLimits === true) {
    const style = new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed);
    panel.thresholdsStyle(style);
  }
  if (options.downwards !== undefined) {
    panel.overrideByRegexp(options.downwards, [
      { id: 'custom.transform', value: 'negative-Y' },
      { id: 'custom.stacking', value: { mode: 'normal', group: 'down' } },
    ]);
  }
  if (isRate) panel.interval('1m'); // the window of `times` is one step: none is counted twice
  panel.colorScheme(new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.PaletteClassic));
  return withCommon(panel, options);
}

/** Horizontal bars of the newest values. */
export function bars(options: PanelOptions): Builder<dashboard.Panel> {
  const panel = new bargauge.PanelBuilder()
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false))
    .orientation(common.VizOrientation.Horizontal)
    .displayMode(common.BarGaugeDisplayMode.Gradient)
    .valueMode(common.BarGaugeValueMode.Text)
    .namePlacement(common.BarGaugeNamePlacement.Left)
    .height(options.height ?? GRAPH_HEIGHT);
  return withCommon(panel, options);
}

/** Coloured stretches of time. */
export function states(options: PanelOptions): Builder<dashboard.Panel> {
  const panel = new statetimeline.PanelBuilder()
    .mergeValues(true)
    .showValue(common.VisibilityMode.Auto)
    .rowHeight(0.8)
    .legend(new common.VizLegendOptionsBuilder().showLegend(false).displayMode(common.LegendDisplayMode.List))
    .height(options.height ?? GRAPH_HEIGHT);
  return withCommon(panel, options);
}

/** How observations of a histogram spread over its buckets. The query gives buckets by `le`. */
export function spread(options: PanelOptions): Builder<dashboard.Panel> {
  const panel = new heatmap.PanelBuilder()
    .calculate(false)
    .cellGap(1)
    .color(
      new heatmap.HeatmapColorOptionsBuilder()
        .mode(heatmap.HeatmapColorMode.Scheme)
        .scheme('Oranges')
        .scale(heatmap.HeatmapColorScale.Exponential)
        .exponent(0.5)
        .steps(64),
    )
    .yAxis(new heatmap.YAxisConfigBuilder().unit(options.unit).axisPlacement(common.AxisPlacement.Left))
    .cellValues(new heatmap.CellValuesBuilder().unit('reqps'))
    .showLegend()
    .height(options.height ?? GRAPH_HEIGHT);
  return withCommon(panel, options, prometheus.PromQueryFormat.Heatmap);
}

interface CommonBuilder extends Builder<dashboard.Panel> {
  title(title: string): this;
  description(description: string): this;
  unit(unit: string): this;
  span(columns: number): this;
  datasource(datasource: common.DataSourceRef): this;
  decimals(decimals: number): this;
  min(min: number): this;
  max(max: number): this;
  thresholds(thresholds: Builder<dashboard.ThresholdsConfig>): this;
  mappings(mappings: dashboard.ValueMapping[]): this;
  links(links: Builder<dashboard.DashboardLink>[]): this;
  targets(targets: Builder<prometheus.Dataquery>[]): this;
}

function withCommon<Panel extends CommonBuilder>(
  panel: Panel,
  options: PanelOptions,
  format = prometheus.PromQueryFormat.TimeSeries,
): Panel {
  const { title, description, unit, span, decimals, min, max, limits, mappings, more, queries } = options;
  panel.title(title).description(description).unit(unit).span(span).datasource(SOURCE);
  if (decimals !== undefined) panel.decimals(decimals);
  if (min !== undefined) panel.min(min);
  if (max !== undefined) panel.max(max);
  if (limits !== undefined) panel.thresholds(thresholds(limits));
  if (mappings !== undefined) panel.mappings(mappings);
  if (more !== undefined) {
    panel.links([new dashboard.DashboardLinkBuilder('More').url(`/d/${more}?\${__url_time_range}`)]);
  }
  return panel.targets(
    queries.map(({ expr, legend }, index) =>
      new prometheus.DataqueryBuilder()
        .datasource(SOURCE)
        .refId(String.fromCharCode('A'.charCodeAt(0) + index))
        .expr(expr)
        .legendFormat(legend)
        .format(format)
        .range(),
    ),
  );
}

function thresholds([base, ...rest]: Limits): dashboard.ThresholdsConfigBuilder {
  const steps = [{ value: null, color: base }, ...rest.map(([value, color]) => ({ value, color }))];
  return new dashboard.ThresholdsConfigBuilder().mode(dashboard.ThresholdsMode.Absolute).steps(steps);
}

/** Words for values. */
export function words(texts: Readonly<Record<string, readonly [text: string, color: string]>>): dashboard.ValueMapping {
  const options = Object.fromEntries(
    Object.entries(texts).map(([value, [text, color]], index) => [value, { text, color, index }]),
  );
  return { type: dashboard.MappingType.ValueToText, options };
}

/** A word for what is not known. */
export function unknownAs(text: string): dashboard.ValueMapping {
  const { SpecialValueMatch } = dashboard;
  return {
    type: dashboard.MappingType.SpecialValue,
    options: { match: SpecialValueMatch.NullAndNan, result: { text, color: 'text' } },
  };
}
