import { PLACES, type Place } from './places.ts';

export interface Resource {
  id: string;
  kind: 'uplink' | 'exchange' | 'mast' | 'sector';
  name: string;
  /** Any one of them is enough. */
  upstream: string[];
  lat: number;
  lon: number;
  /** How long it works without mains; null where that is not known or makes no sense. */
  batteryMinutes: number | null;
}

export interface Sector {
  resource: Resource;
  place: Place;
  /** How many customers have an active line here. */
  customers: number;
}

/** The mast of the story: it loses its mains. */
export const STORY_MAST = 'mast-monterosso';

interface MastPlan {
  id: string;
  name: string;
  upstream: string[];
  lat: number;
  lon: number;
  batteryMinutes: number;
  /** One sector for each part that it serves: place, the part's own name where a place has several, customers. */
  serves: [place: Place, part: string | null, customers: number][];
}

// Monte Rosso feeds everything north of Verbania: 4,000 customers have no other way. Luino has one, over Laveno.
const MASTS: MastPlan[] = [
  {
    id: STORY_MAST,
    name: 'Monte Rosso',
    upstream: ['exchange-verbania', 'mast-mottarone'],
    lat: 45.9436,
    lon: 8.5292,
    batteryMinutes: 95,
    serves: [
      ['Verbania', 'Intra', 760],
      ['Verbania', 'Pallanza', 640],
      ['Arizzano', null, 200],
      ['Vignone', null, 190],
      ['Cambiasca', null, 180],
    ],
  },
  {
    id: 'mast-premeno',
    name: 'Premeno',
    upstream: [STORY_MAST],
    lat: 45.9822,
    lon: 8.6004,
    batteryMinutes: 180,
    serves: [
      ['Premeno', null, 260],
      ['Bee', null, 170],
      ['Aurano', null, 40],
    ],
  },
  {
    id: 'mast-ghiffa',
    name: 'Ghiffa',
    upstream: [STORY_MAST],
    lat: 45.9581,
    lon: 8.6169,
    batteryMinutes: 180,
    serves: [
      ['Ghiffa', 'lungolago', 220],
      ['Ghiffa', 'Susello', 140],
    ],
  },
  {
    id: 'mast-oggebbio',
    name: 'Oggebbio',
    upstream: ['mast-ghiffa'],
    lat: 45.9949,
    lon: 8.6447,
    batteryMinutes: 120,
    serves: [['Oggebbio', null, 230]],
  },
  {
    id: 'mast-cannero',
    name: 'Cannero',
    upstream: ['mast-oggebbio', 'mast-ghiffa'],
    lat: 46.0178,
    lon: 8.6722,
    batteryMinutes: 120,
    serves: [
      ['Cannero Riviera', null, 290],
      ['Trarego Viggiona', null, 110],
    ],
  },
  {
    id: 'mast-cannobio',
    name: 'Cannobio',
    upstream: ['mast-cannero'],
    lat: 46.0659,
    lon: 8.6781,
    batteryMinutes: 120,
    serves: [
      ['Cannobio', 'centro', 240],
      ['Cannobio', 'Valle Cannobina', 160],
    ],
  },
  {
    id: 'mast-miazzina',
    name: 'Miazzina',
    upstream: [STORY_MAST],
    lat: 46.0121,
    lon: 8.5218,
    batteryMinutes: 240,
    serves: [
      ['Miazzina', null, 70],
      ['Cossogno', null, 60],
      ['Caprezzo', null, 37],
      ['Intragna', null, 3],
    ],
  },
  {
    id: 'mast-luino',
    name: 'Luino',
    upstream: ['mast-sassodelferro', 'mast-cannero'],
    lat: 46.0021,
    lon: 8.7481,
    batteryMinutes: 180,
    serves: [
      ['Luino', null, 100],
      ['Germignaga', null, 40],
    ],
  },
  {
    id: 'mast-maccagno',
    name: 'Maccagno',
    upstream: ['mast-luino'],
    lat: 46.0622,
    lon: 8.7603,
    batteryMinutes: 120,
    serves: [['Maccagno con Pino e Veddasca', null, 40]],
  },
  {
    id: 'mast-sassodelferro',
    name: 'Sasso del Ferro',
    upstream: ['exchange-arona', 'mast-mottarone'],
    lat: 45.9151,
    lon: 8.6467,
    batteryMinutes: 240,
    serves: [
      ['Laveno-Mombello', null, 40],
      ['Castelveccana', null, 20],
      ['Porto Valtravaglia', null, 10],
    ],
  },
  {
    id: 'mast-mottarone',
    name: 'Mottarone',
    upstream: ['exchange-arona', 'exchange-verbania'],
    lat: 45.8842,
    lon: 8.4536,
    batteryMinutes: 480,
    serves: [
      ['Stresa', null, 60],
      ['Gignese', null, 20],
    ],
  },
  {
    id: 'mast-baveno',
    name: 'Baveno',
    upstream: ['mast-mottarone'],
    lat: 45.9129,
    lon: 8.5011,
    batteryMinutes: 120,
    serves: [['Baveno', null, 60]],
  },
  {
    id: 'mast-omegna',
    name: 'Omegna',
    upstream: ['mast-mottarone'],
    lat: 45.8763,
    lon: 8.4097,
    batteryMinutes: 120,
    serves: [['Omegna', null, 70]],
  },
  {
    id: 'mast-gravellona',
    name: 'Gravellona',
    upstream: ['mast-omegna', 'mast-baveno'],
    lat: 45.9285,
    lon: 8.4319,
    batteryMinutes: 120,
    serves: [
      ['Gravellona Toce', null, 40],
      ['Mergozzo', null, 20],
    ],
  },
  {
    id: 'mast-meina',
    name: 'Meina',
    upstream: ['exchange-arona'],
    lat: 45.7889,
    lon: 8.5361,
    batteryMinutes: 120,
    serves: [
      ['Meina', null, 15],
      ['Lesa', null, 15],
      ['Belgirate', null, 10],
    ],
  },
];

/** Two uplinks, two exchanges that each reach both, fifteen masts in a ring with branches, and their sectors. */
export function network(): { resources: Resource[]; sectors: Sector[] } {
  const resources: Resource[] = [
    { id: 'uplink-milano', kind: 'uplink', name: 'Uplink Milano', upstream: [], ...PLACES.Arona, batteryMinutes: null },
    {
      id: 'uplink-torino',
      kind: 'uplink',
      name: 'Uplink Torino',
      upstream: [],
      ...PLACES.Verbania,
      batteryMinutes: null,
    },
    {
      id: 'exchange-verbania',
      kind: 'exchange',
      name: 'Centrale di Verbania',
      upstream: ['uplink-torino', 'uplink-milano'],
      ...PLACES.Verbania,
      batteryMinutes: 480,
    },
    {
      id: 'exchange-arona',
      kind: 'exchange',
      name: 'Centrale di Arona',
      upstream: ['uplink-milano', 'uplink-torino'],
      ...PLACES.Arona,
      batteryMinutes: 480,
    },
  ];
  const sectors: Sector[] = [];
  for (const { serves, ...mast } of MASTS) {
    resources.push({ ...mast, kind: 'mast', name: `Traliccio ${mast.name}` });
    serves.forEach(([place, part, customers], index) => {
      // A sector stands on its mast, but its position here is the place that it serves: that is what customers know.
      const resource: Resource = {
        id: `${mast.id}-s${index + 1}`,
        kind: 'sector',
        name: `${mast.name} · ${place}${part ? ` ${part}` : ''}`,
        upstream: [mast.id],
        lat: PLACES[place].lat,
        lon: PLACES[place].lon,
        batteryMinutes: null,
      };
      resources.push(resource);
      sectors.push({ resource, place, customers });
    });
  }
  return { resources, sectors };
}
