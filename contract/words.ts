import type { Cause, Language, NextStep } from './answer.ts';

/** One cause in words for customers. */
export interface CauseWords {
  /** Stands alone, as a label: "Cavo danneggiato". */
  label: string;
  /** Follows what happened, in the present and in the past: "la linea è ferma per un cavo danneggiato". */
  because: string;
  /** The same for an SMS: short, and all of its characters in GSM 03.38. */
  briefly: string;
}

/** One next step in words for customers. */
export interface NextStepWords {
  /** To one customer. */
  sentence: string;
  /** To everybody, on a public page. */
  publicly: string;
  /** For an SMS: short, and all of its characters in GSM 03.38. */
  briefly: string;
}

/** Why, in the words that pages, mails and SMS share. Facts without blame. */
export const CAUSE_WORDS: Record<Language, Record<Cause, CauseWords>> = {
  it: {
    unknown: {
      label: 'Causa non ancora nota',
      because: 'per una causa che non conosciamo ancora',
      briefly: 'per causa non ancora nota',
    },
    power: {
      label: 'Manca la corrente a un nostro impianto',
      because: 'per una mancanza di corrente a un nostro impianto',
      briefly: 'per mancanza di corrente',
    },
    'power-company': {
      label: 'Interruzione di corrente dell’azienda elettrica',
      because: "per un'interruzione di corrente dell'azienda elettrica nella zona",
      briefly: 'per interruzione elettrica in zona',
    },
    equipment: {
      label: 'Guasto di un nostro apparato',
      because: 'per il guasto di un nostro apparato',
      briefly: 'per guasto a un apparato',
    },
    cable: { label: 'Cavo danneggiato', because: 'per un cavo danneggiato', briefly: 'per un cavo danneggiato' },
    upstream: {
      label: 'Guasto nella rete di un nostro fornitore',
      because: 'per un guasto nella rete di un nostro fornitore',
      briefly: 'per guasto di un fornitore',
    },
    weather: {
      label: 'Danni del maltempo alla rete',
      because: 'per danni del maltempo alla nostra rete',
      briefly: 'per danni del maltempo',
    },
    vandalism: {
      label: 'Danneggiamento volontario della rete',
      because: 'per un danneggiamento volontario della nostra rete',
      briefly: 'per un atto vandalico',
    },
    works: { label: 'Lavori sulla rete', because: 'per lavori sulla nostra rete', briefly: 'per lavori sulla rete' },
  },
  en: {
    unknown: {
      label: 'Cause not known yet',
      because: 'for a reason we do not know yet',
      briefly: 'cause not known yet',
    },
    power: {
      label: 'No power at one of our sites',
      because: 'because of a power cut at one of our sites',
      briefly: 'because of a power cut',
    },
    'power-company': {
      label: 'Power cut by the electricity company',
      because: "because of the electricity company's power cut in the area",
      briefly: 'because of an area power cut',
    },
    equipment: {
      label: 'Failure of our equipment',
      because: 'because a piece of our equipment failed',
      briefly: 'because of failed equipment',
    },
    cable: {
      label: 'Damaged cable',
      because: 'because of a damaged cable',
      briefly: 'because of a damaged cable',
    },
    upstream: {
      label: 'Failure in the network of one of our suppliers',
      because: 'because of a failure in the network of one of our suppliers',
      briefly: 'because of a supplier failure',
    },
    weather: {
      label: 'Weather damage to the network',
      because: 'because of weather damage to our network',
      briefly: 'because of weather damage',
    },
    vandalism: {
      label: 'Deliberate damage to the network',
      because: 'because somebody damaged our network on purpose',
      briefly: 'because of vandalism',
    },
    works: {
      label: 'Works on the network',
      because: 'because of works on our network',
      briefly: 'because of network works',
    },
  },
};

/** What we do next, in the words that pages, mails and SMS share. */
export const NEXT_STEP_WORDS: Record<Language, Record<NextStep, NextStepWords>> = {
  it: {
    'finding-cause': {
      sentence: 'Stiamo cercando la causa.',
      publicly: 'Stiamo cercando la causa.',
      briefly: 'Cerchiamo la causa.',
    },
    'technicians-sent': {
      sentence: 'I nostri tecnici stanno andando sul posto.',
      publicly: 'I nostri tecnici stanno andando sul posto.',
      briefly: 'Tecnici in viaggio.',
    },
    'technicians-on-site': {
      sentence: 'I nostri tecnici sono sul posto e ci lavorano.',
      publicly: 'I nostri tecnici sono sul posto e ci lavorano.',
      briefly: 'Tecnici sul posto.',
    },
    'power-company-called': {
      sentence: "Abbiamo chiamato l'azienda elettrica e seguiamo il suo intervento.",
      publicly: 'Abbiamo chiamato l’azienda elettrica e seguiamo il suo intervento.',
      briefly: 'Azienda elettrica avvisata.',
    },
    repairing: {
      sentence: 'La riparazione è in corso.',
      publicly: 'La riparazione è in corso.',
      briefly: 'Riparazione in corso.',
    },
    watching: {
      sentence: 'Continuiamo a controllare che la linea resti stabile.',
      publicly: 'Continuiamo a controllare che la linea resti stabile.',
      briefly: 'Continuiamo a controllare.',
    },
    'asking-you': {
      sentence: 'Le chiediamo di provare la linea e di dirci se funziona.',
      publicly: 'Chiediamo ai clienti se la linea funziona.',
      briefly: 'Ci dica se funziona.',
    },
  },
  en: {
    'finding-cause': {
      sentence: 'We are looking for the cause.',
      publicly: 'We are looking for the cause.',
      briefly: 'Finding the cause.',
    },
    'technicians-sent': {
      sentence: 'Our technicians are on their way.',
      publicly: 'Our technicians are on their way.',
      briefly: 'Technicians on their way.',
    },
    'technicians-on-site': {
      sentence: 'Our technicians are on site and working on it.',
      publicly: 'Our technicians are on site and working on it.',
      briefly: 'Technicians on site.',
    },
    'power-company-called': {
      sentence: 'We called the electricity company and are following its repair.',
      publicly: 'We called the electricity company and are following its repair.',
      briefly: 'Power company called.',
    },
    repairing: {
      sentence: 'The repair is under way.',
      publicly: 'The repair is under way.',
      briefly: 'Repair under way.',
    },
    watching: {
      sentence: 'We keep watching that the line stays stable.',
      publicly: 'We keep watching that the line stays stable.',
      briefly: 'We keep watching.',
    },
    'asking-you': {
      sentence: 'Please try the line and tell us whether it works.',
      publicly: 'We are asking customers whether the line works.',
      briefly: 'Tell us if it works.',
    },
  },
};
