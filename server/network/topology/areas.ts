import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { rootFolder } from '../../platform/root-folder.ts';

interface Municipality {
  code: string;
  lat: number;
  lon: number;
}
interface Area {
  name: string;
  parent: string | null;
}
interface Geography {
  areas: Map<string, Area>;
  /** Municipalities by cell of half a degree, so that the nearest is looked for among some dozens. */
  cells: Map<string, Municipality[]>;
}

/** Beyond this a position is in no municipality that we know: at sea, abroad, or mistyped. */
const FARTHEST_KILOMETRES = 40;
const CELL_DEGREES = 0.5;
const EARTH_KILOMETRES = 6371;

let loaded: Geography | null = null;

/** Italian municipalities (ISTAT, openpolis; see NOTICE), read at the first question: 7,899 rows. */
function geography(): Geography {
  if (loaded) return loaded;
  const file = join(rootFolder, 'server', 'network', 'topology', 'municipalities.csv');
  const rows: Record<string, string>[] = parse(readFileSync(file), { columns: true });
  const areas = new Map<string, Area>();
  const cells = new Map<string, Municipality[]>();
  for (const row of rows) {
    const { istat = '', name = '', province = '', region = '', lat = '', lon = '' } = row;
    const [provinceCode, regionCode] = [row.province_code ?? '', row.region_code ?? ''];
    areas.set(istat, { name, parent: provinceCode });
    areas.set(provinceCode, { name: province, parent: regionCode });
    areas.set(regionCode, { name: region, parent: null });
    if (lat === '') continue;
    const municipality = { code: istat, lat: Number(lat), lon: Number(lon) };
    const key = cellKey(cell(municipality.lat), cell(municipality.lon));
    const known = cells.get(key);
    if (known) known.push(municipality);
    else cells.set(key, [municipality]);
  }
  loaded = { areas, cells };
  return loaded;
}

const cell = (degrees: number): number => Math.floor(degrees / CELL_DEGREES);
const cellKey = (row: number, column: number): string => `${row}:${column}`;

/** The ISTAT code of the municipality whose centre is nearest to a position (WGS 84, degrees); null beyond 40 km of every one. */
export function areaCodeAt(lat: number, lon: number): string | null {
  const { cells } = geography();
  let nearest: string | null = null;
  let least = FARTHEST_KILOMETRES;
  // In Italy half a degree is 55 km of latitude and at least 37 km of longitude: two columns reach beyond 40 km.
  for (let row = cell(lat) - 1; row <= cell(lat) + 1; row++) {
    for (let column = cell(lon) - 2; column <= cell(lon) + 2; column++) {
      for (const municipality of cells.get(cellKey(row, column)) ?? []) {
        const distance = kilometres(lat, lon, municipality.lat, municipality.lon);
        if (distance > least) continue;
        least = distance;
        nearest = municipality.code;
      }
    }
  }
  return nearest;
}

/** The way along the great circle (haversine). */
function kilometres(lat1: number, lon1: number, lat2: number, lon2: number): number {
  const radians = Math.PI / 180;
  const half =
    Math.sin(((lat2 - lat1) * radians) / 2) ** 2 +
    Math.cos(lat1 * radians) * Math.cos(lat2 * radians) * Math.sin(((lon2 - lon1) * radians) / 2) ** 2;
  return 2 * EARTH_KILOMETRES * Math.asin(Math.sqrt(half));
}

/** The name of a municipality (six digits), province (three) or region (two); null when there is none of this code. */
export const areaName = (code: string | null): string | null =>
  code === null ? null : (geography().areas.get(code)?.name ?? null);

/** Municipality → province → region → null. */
export const areaParent = (code: string): string | null => geography().areas.get(code)?.parent ?? null;
