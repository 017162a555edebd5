import { ActionIcon, Button, Group, MultiSelect, NumberInput, Select, Stack, TextInput } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { ROLES } from '../../../contract/deeds.ts';
import { useWords } from '../shell/language.tsx';
import { useMay } from '../shell/me.ts';
import { Knot, Thread } from '../shell/thread.tsx';
import { staffQuery } from '../staff/queries.ts';
import { GroupForm } from './group-form.tsx';

const MOST_RUNGS = 8;

/** The rungs that a broken promise climbs, from the first called to the last: about the network, or to a customer. */
export function LadderForm({ name }: { name: 'ladder' | 'careLadder' }) {
  const { t, word } = useWords();
  const may = useMay();
  const staff = useQuery({ ...staffQuery, enabled: may('staff:see') });
  const people = (staff.data ?? [])
    .filter((member) => member.state === 'active')
    .map((member) => ({ value: member.id, label: member.name }));
  const title = t(name === 'ladder' ? 'settings.ladder' : 'settings.care-ladder');
  return (
    <GroupForm
      name={name}
      title={title}
      hint={t(name === 'ladder' ? 'settings.ladder.hint' : 'settings.care-ladder.hint')}
      validate={{ group: { name: (value: string) => (value.trim() === '' ? t('required') : null) } }}
    >
      {(form) => {
        const rungs = form.values.group;
        const change = (next: typeof rungs) => form.setFieldValue('group', next as never);
        const swap = (from: number, to: number) => {
          const next = [...rungs];
          const [moved] = next.splice(from, 1);
          if (moved) next.splice(to, 0, moved);
          change(next);
        };
        return (
          <>
            <Thread label={title}>
              {rungs.map((rung, position) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a rung is known by its place; its name is being typed
                <Knot key={position} strong>
                  <Stack gap="xs">
                    <Group gap="xs" align="flex-end">
                      <TextInput
                        label={t('settings.rung.name')}
                        maxLength={60}
                        flex={1}
                        miw={160}
                        {...form.getInputProps(`group.${position}.name`)}
                      />
                      <Select
                        label={t('settings.rung.role')}
                        allowDeselect={false}
                        w={160}
                        data={ROLES.map((role) => ({ value: role, label: word('role', role) }))}
                        {...form.getInputProps(`group.${position}.role`)}
                      />
                      <NumberInput
                        label={t('settings.rung.minutes')}
                        min={1}
                        max={10_080}
                        suffix=" min"
                        w={110}
                        {...form.getInputProps(`group.${position}.minutes`)}
                      />
                      <ActionIcon.Group>
                        <ActionIcon
                          variant="default"
                          size="lg"
                          aria-label={t('settings.rung.up')}
                          disabled={position === 0}
                          onClick={() => swap(position, position - 1)}
                        >
                          <IconArrowUp size={16} aria-hidden />
                        </ActionIcon>
                        <ActionIcon
                          variant="default"
                          size="lg"
                          aria-label={t('settings.rung.down')}
                          disabled={position === rungs.length - 1}
                          onClick={() => swap(position, position + 1)}
                        >
                          <IconArrowDown size={16} aria-hidden />
                        </ActionIcon>
                        <ActionIcon
                          variant="default"
                          size="lg"
                          aria-label={t('settings.rung.remove')}
                          disabled={rungs.length === 1}
                          onClick={() => change(rungs.filter((_, other) => other !== position))}
                        >
                          <IconTrash size={16} aria-hidden />
                        </ActionIcon>
                      </ActionIcon.Group>
                    </Group>
                    <MultiSelect
                      label={t('settings.rung.people')}
                      description={t('settings.rung.people.help')}
                      data={people}
                      searchable
                      value={rung.staffIds}
                      onChange={(staffIds) =>
                        change(rungs.map((other, at) => (at === position ? { ...other, staffIds } : other)))
                      }
                    />
                  </Stack>
                </Knot>
              ))}
            </Thread>
            <Group>
              <Button
                variant="default"
                disabled={rungs.length >= MOST_RUNGS}
                onClick={() => change([...rungs, { name: '', staffIds: [], role: 'administrator', minutes: 30 }])}
              >
                {t('settings.rung.add')}
              </Button>
            </Group>
          </>
        );
      }}
    </GroupForm>
  );
}
