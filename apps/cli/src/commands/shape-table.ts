import { type ShapeRow, SHAPE_TOLERANCE } from '@thaw/simulator';
import { table } from '../terminal/format.js';

const number = (value: number): string =>
  value >= 1000 ? Math.round(value).toLocaleString('en-GB') : value.toFixed(2);

const shown = ({ unit }: ShapeRow, value: number): string =>
  unit === 'share' ? `${(value * 100).toFixed(1)} %` : number(value);

function verdict({ claimed, holds }: ShapeRow): string {
  if (!claimed) return 'not promised';
  return holds ? 'holds' : 'OFF';
}

/** A measured marketplace beside the paper's tables 1 and 5. */
export function shapeTable(rows: readonly ShapeRow[]): string {
  const header = ['', '', '', 'UNIT', 'PAPER', 'MEASURED', 'DIFFERENCE', `WITHIN ${SHAPE_TOLERANCE * 100} %`];
  const lines = rows.map((row) => [
    row.table,
    row.symbol,
    row.description,
    row.unit,
    shown(row, row.paper),
    shown(row, row.measured),
    `${row.deviation >= 0 ? '+' : ''}${(row.deviation * 100).toFixed(1)} %`,
    verdict(row),
  ]);
  return table([header, ...lines], [4, 5, 6]);
}
