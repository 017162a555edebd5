import { Group, Kbd, Modal, Table } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { openFinder } from './finder.tsx';
import { type MessageKey, useWords } from './language.tsx';
import { useMe } from './me.ts';
import { openPlaces } from './places.ts';

/** How long the first of two keys (`g` then `i`) waits for the second. */
const SECOND_KEY_MILLISECONDS = 1500;

/** Keys that work anywhere (never while typing: the hook leaves inputs alone): `g` and a letter goes places, `/` searches. */
export function useKeys(): void {
  const navigate = useNavigate();
  const { deeds } = useMe();
  const goPressed = useRef(0);
  const letters = openPlaces(deeds).flatMap((place) => (place.keys ? [[place.keys.slice(-1), place] as const] : []));
  useHotkeys([
    ['/', openFinder],
    ['g', () => (goPressed.current = Date.now()), { preventDefault: false }],
    ...letters.map(
      ([letter, place]) =>
        [
          letter,
          () => {
            if (Date.now() - goPressed.current > SECOND_KEY_MILLISECONDS) return;
            goPressed.current = 0;
            void navigate({ to: place.below?.[0]?.to ?? place.to });
          },
          { preventDefault: false },
        ] as [string, () => void, { preventDefault: boolean }],
    ),
  ]);
}

const OTHERS: readonly [string[], MessageKey][] = [
  [['Ctrl', 'K'], 'keys.finder'],
  [['/'], 'keys.finder'],
  [['j', ']'], 'keys.next'],
  [['k', '['], 'keys.previous'],
  [['Enter'], 'keys.open'],
  [['n'], 'keys.new-case'],
  [['r'], 'keys.reply'],
  [['x'], 'keys.note'],
  [['?'], 'keys.help'],
];

/** The overlay of `?`. */
export function KeyHelp() {
  const { t } = useWords();
  const { deeds } = useMe();
  const [opened, setOpened] = useState(false);
  useEffect(() => {
    // The question mark sits on different keys in different countries: what was typed counts, not the key.
    const listen = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.key !== '?' || target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
        return;
      setOpened((shown) => !shown);
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
  const rows: [string[], string][] = [
    ...openPlaces(deeds).flatMap((place): [string[], string][] =>
      place.keys ? [[place.keys.split(' '), t(place.label)]] : [],
    ),
    ...OTHERS.map(([keys, label]): [string[], string] => [keys, t(label)]),
  ];
  return (
    <Modal opened={opened} onClose={() => setOpened(false)} title={t('keys.title')}>
      <Table withRowBorders={false} verticalSpacing={4}>
        <Table.Tbody>
          {rows.map(([keys, label]) => (
            <Table.Tr key={keys.join(' ')}>
              <Table.Td w={110}>
                <Group gap={4}>
                  {keys.map((key) => (
                    <Kbd key={key}>{key}</Kbd>
                  ))}
                </Group>
              </Table.Td>
              <Table.Td>{label}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
