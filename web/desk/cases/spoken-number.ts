/** A case number as it is shown and read out on the telephone: "26 0418 731". */
export const spokenNumber = (number: string): string =>
  number.length < 7 ? number : `${number.slice(0, 2)} ${number.slice(2, -3)} ${number.slice(-3)}`;
