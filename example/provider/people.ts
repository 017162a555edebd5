/** Parts of which made-up names and addresses are put together. Any likeness with a living person is chance. */
export const FIRST_NAMES =
  'Alessandro Alice Andrea Angela Anna Antonella Antonio Arianna Barbara Bruno Carla Carlo Caterina Chiara Claudio Cristina Daniela Daniele Davide Elena Elisa Emanuele Enrico Fabio Federica Federico Filippo Francesca Francesco Gabriele Giacomo Gianluca Giorgia Giorgio Giovanni Giulia Giuseppe Ilaria Irene Jacopo Laura Lorenzo Luca Lucia Luigi Marco Maria Marta Martina Matteo Maurizio Michela Michele Monica Nicola Paola Paolo Patrizia Pietro Raffaella Riccardo Roberta Roberto Rosa Sara Silvia Simone Sofia Stefania Stefano Tommaso Valentina Valeria Vincenzo'.split(
    ' ',
  );

export const LAST_NAMES =
  'Albertella Allegra Antonioli Baldi Barbieri Bariletti Bellosta Bertoni Bianchi Bolzani Borghi Borella Bottini Brusa Caretti Cerutti Colombo Conti Cordero Costa Cova Crivelli Delgrosso Fasola Ferrari Fontana Fornara Galli Gallotti Garlanda Gatti Genini Giovanola Grassi Guenzi Lanza Leoni Lomazzi Maffioli Maggi Manera Marchetti Margaroli Mariani Minoletti Molinari Morandi Moretti Morganti Negri Nobili Olgiati Padulazzi Pedroni Pella Perelli Piazza Piffero Poletti Porta Pozzi Prandi Ramoni Ravasi Restelli Ricci Rinaldi Riva Rossi Sala Salina Sartori Scaglia Seppi Sironi Spadacini Tedeschi Togni Tosi Travaini Vanoli Varini Vedani Verganti Viganò Villa Viscardi Vitali Zanetta Zanoni'.split(
    ' ',
  );

/** Names of people who are spoken to in English. */
export const FOREIGN_FIRST_NAMES =
  'Alan Amelia Beatrice Charles Charlotte Clara David Diana Emma George Hannah Henry Ian James Jan Kate Klaus Linda Martin Nora Oliver Peter Robert Ruth Sarah Simon Sophie Thomas Ursula William'.split(
    ' ',
  );
export const FOREIGN_LAST_NAMES =
  'Adams Baker Bauer Becker Brown Carter Clark Cooper Davies Evans Fischer Green Hall Harris Hoffmann Hughes Jansen Keller King Lewis Meyer Miller Moore Murray Parker Schmid Scott Turner Visser Walker Weber Wood'.split(
    ' ',
  );

export const BUSINESSES = [
  'Albergo',
  'Agriturismo',
  'Autofficina',
  'Bar',
  'Camping',
  'Cantiere nautico',
  'Edilizia',
  'Falegnameria',
  'Farmacia',
  'Floricoltura',
  'Gelateria',
  'Idraulica',
  'Macelleria',
  'Panetteria',
  'Pasticceria',
  'Ristorante',
  'Studio tecnico',
  'Trattoria',
  'Vivai',
];

export const STREETS = [
  'Corso Cavour',
  'Corso Garibaldi',
  'Corso Mameli',
  'Lungolago',
  'Piazza della Chiesa',
  'Piazza Mazzini',
  'Strada per il Monte',
  'Via alla Fontana',
  'Via al Lago',
  'Via Belvedere',
  'Via dei Castagni',
  'Via dei Mulini',
  'Via del Porto',
  'Via delle Camelie',
  'Via Dante',
  'Via Manzoni',
  'Via Marconi',
  'Via Roma',
  'Via San Rocco',
  'Via Verdi',
  'Vicolo Stretto',
];
