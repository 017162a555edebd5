import { Type } from 'typebox';

/** A string that is one of some words. */
export const OneOf = <const Word extends string>(words: readonly Word[]) => Type.Enum(words as unknown as Word[]);
