import { Button, Card, Group, Menu, Modal, MultiSelect, Stack, Table, Text } from '@mantine/core';
import { IconDots, IconShieldCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type InvitationMade, ROLES, type StaffMember, type StaffRole } from '../../../contract/deeds.ts';
import { Moment } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { useMay, useMe } from '../shell/me.ts';
import { sayDone, sayUndoable, useDeed } from '../shell/notices.tsx';
import { PageTitle, Shown } from '../shell/states.tsx';
import { DeedTable } from './deed-table.tsx';
import { InviteForm, LinkOnce } from './invite-form.tsx';
import { changeStaff, resetStaff, staffQuery } from './queries.ts';

/** Who works here, in which roles; and what each role may do. */
export function StaffPage() {
  const { t } = useWords();
  const may = useMay();
  const query = useQuery(staffQuery);
  const [inviting, setInviting] = useState(false);
  return (
    <>
      <PageTitle title={t('place.staff')}>
        {may('staff:manage') && <Button onClick={() => setInviting(true)}>{t('staff.invite')}</Button>}
      </PageTitle>
      <Stack gap="lg">
        <Shown query={query}>
          {(members) => (
            <Card padding={0}>
              <Table.ScrollContainer minWidth={640} className="stacks">
                <Table>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>{t('name')}</Table.Th>
                      <Table.Th>{t('staff.roles')}</Table.Th>
                      <Table.Th>{t('incident.state')}</Table.Th>
                      <Table.Th>{t('second-factor')}</Table.Th>
                      <Table.Th>{t('staff.seen')}</Table.Th>
                      <Table.Th />
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {members.map((member) => (
                      <Member key={member.id} member={member} />
                    ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
            </Card>
          )}
        </Shown>
        <DeedTable />
      </Stack>
      {inviting && <InviteForm onClose={() => setInviting(false)} />}
    </>
  );
}

function Member({ member }: { member: StaffMember }) {
  const { t, word } = useWords();
  const me = useMe();
  const may = useMay();
  const [editing, setEditing] = useState(false);
  const [roles, setRoles] = useState<StaffRole[]>(member.roles);
  const [link, setLink] = useState<InvitationMade | null>(null);
  const change = useDeed({
    run: (body: { roles?: StaffRole[]; ended?: boolean }) => changeStaff(member.id, body),
    touches: ['staff', 'me'],
    onDone: (_member, { ended: isOver }) => {
      setEditing(false);
      if (isOver)
        sayUndoable(t('staff.is-ended', { name: member.name }), t('undo'), () => change.mutate({ ended: false }));
      else sayDone(t('staff.changed'));
    },
  });
  const reset = useDeed({ run: () => resetStaff(member.id), touches: ['staff'], onDone: (made) => setLink(made) });
  const ended = member.state === 'ended';
  return (
    <Table.Tr>
      <Table.Td>
        <div>
          <Text size="sm" fw={500}>
            {member.name}
          </Text>
          <Text size="xs" c="dimmed">
            {member.email}
          </Text>
        </div>
      </Table.Td>
      <Table.Td data-label={t('staff.roles')}>{member.roles.map((role) => word('role', role)).join(', ')}</Table.Td>
      <Table.Td data-label={t('incident.state')}>{word('staff-state', member.state)}</Table.Td>
      <Table.Td data-label={t('second-factor')}>
        {member.secondFactor ? (
          <Group gap={4}>
            <IconShieldCheck size={16} aria-hidden />
            {t('yes')}
          </Group>
        ) : (
          t('no')
        )}
      </Table.Td>
      <Table.Td data-label={t('staff.seen')}>
        {member.lastSeenAt ? <Moment at={member.lastSeenAt} wall /> : t('staff.never')}
      </Table.Td>
      <Table.Td ta="right">
        {may('staff:manage') && (
          <Menu position="bottom-end">
            <Menu.Target>
              <Button size="compact-sm" variant="default" aria-label={`${t('more')}: ${member.name}`}>
                <IconDots size={16} aria-hidden />
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item
                onClick={() => {
                  setRoles(member.roles);
                  setEditing(true);
                }}
              >
                {t('staff.change-roles')}
              </Menu.Item>
              {!ended && <Menu.Item onClick={() => reset.mutate(undefined)}>{t('staff.reset')}</Menu.Item>}
              {member.id !== me.id && (
                <Menu.Item color={ended ? undefined : 'red'} onClick={() => change.mutate({ ended: !ended })}>
                  {t(ended ? 'staff.reopen' : 'staff.end')}
                </Menu.Item>
              )}
            </Menu.Dropdown>
          </Menu>
        )}
        <Modal opened={editing} onClose={() => setEditing(false)} title={member.name}>
          <Stack gap="sm">
            <MultiSelect
              label={t('staff.roles')}
              data={ROLES.map((role) => ({ value: role, label: word('role', role) }))}
              value={roles}
              onChange={(chosen) => setRoles(chosen as StaffRole[])}
            />
            <Group justify="flex-end">
              <Button disabled={roles.length === 0} loading={change.isPending} onClick={() => change.mutate({ roles })}>
                {t('save')}
              </Button>
            </Group>
          </Stack>
        </Modal>
        <Modal opened={link !== null} onClose={() => setLink(null)} title={t('staff.reset')} size="lg">
          {link && <LinkOnce made={link} onDone={() => setLink(null)} />}
        </Modal>
      </Table.Td>
    </Table.Tr>
  );
}
