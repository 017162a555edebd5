/**
 * The municipalities of the example and where they lie (the middle of their territory).
 *
 * Source: ISTAT administrative boundaries of June 2023 as published by openpolis (geojson-italy), licence CC BY 4.0;
 * the middle of the largest part of each was computed from them.
 */
export const PLACES = {
  Arizzano: { province: 'VB', lat: 45.95465, lon: 8.58124 },
  Arona: { province: 'NO', lat: 45.75981, lon: 8.54308 },
  Aurano: { province: 'VB', lat: 46.02451, lon: 8.5811 },
  Baveno: { province: 'VB', lat: 45.9155, lon: 8.49365 },
  Bee: { province: 'VB', lat: 45.96905, lon: 8.57898 },
  Belgirate: { province: 'VB', lat: 45.84541, lon: 8.5789 },
  Cambiasca: { province: 'VB', lat: 45.96941, lon: 8.54265 },
  'Cannero Riviera': { province: 'VB', lat: 46.01431, lon: 8.67525 },
  Cannobio: { province: 'VB', lat: 46.06868, lon: 8.67154 },
  Caprezzo: { province: 'VB', lat: 45.99226, lon: 8.54991 },
  Castelveccana: { province: 'VA', lat: 45.94042, lon: 8.66497 },
  Cossogno: { province: 'VB', lat: 46.01884, lon: 8.4763 },
  Germignaga: { province: 'VA', lat: 45.99136, lon: 8.724 },
  Ghiffa: { province: 'VB', lat: 45.95795, lon: 8.61716 },
  Gignese: { province: 'VB', lat: 45.86419, lon: 8.49969 },
  'Gravellona Toce': { province: 'VB', lat: 45.91932, lon: 8.43795 },
  Intragna: { province: 'VB', lat: 46.00815, lon: 8.56302 },
  'Laveno-Mombello': { province: 'VA', lat: 45.90697, lon: 8.61298 },
  Lesa: { province: 'NO', lat: 45.82373, lon: 8.56064 },
  Luino: { province: 'VA', lat: 46.00386, lon: 8.75231 },
  'Maccagno con Pino e Veddasca': { province: 'VA', lat: 46.07248, lon: 8.76601 },
  Meina: { province: 'NO', lat: 45.78529, lon: 8.52834 },
  Mergozzo: { province: 'VB', lat: 45.9749, lon: 8.43407 },
  Miazzina: { province: 'VB', lat: 46.01574, lon: 8.52003 },
  Oggebbio: { province: 'VB', lat: 45.99471, lon: 8.64449 },
  Omegna: { province: 'VB', lat: 45.87074, lon: 8.418 },
  'Porto Valtravaglia': { province: 'VA', lat: 45.95962, lon: 8.69629 },
  Premeno: { province: 'VB', lat: 45.98271, lon: 8.5994 },
  Stresa: { province: 'VB', lat: 45.88684, lon: 8.52564 },
  'Trarego Viggiona': { province: 'VB', lat: 46.03863, lon: 8.64241 },
  Verbania: { province: 'VB', lat: 45.93528, lon: 8.5402 },
  Vignone: { province: 'VB', lat: 45.96449, lon: 8.56313 },
} as const;

export type Place = keyof typeof PLACES;
