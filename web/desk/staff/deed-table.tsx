import { Card, Table, Title, VisuallyHidden } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { DEEDS, type Deed, mayDo, ROLES } from '../../../contract/deeds.ts';
import { useWords } from '../shell/language.tsx';

/** What each role may do: the very table that decides. */
export function DeedTable() {
  const { t, word } = useWords();
  return (
    <Card padding={0}>
      <Title order={2} p="sm">
        {t('staff.deeds')}
      </Title>
      <Table.ScrollContainer minWidth={820}>
        <Table verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('staff.deed')}</Table.Th>
              {ROLES.map((role) => (
                <Table.Th key={role} ta="center">
                  {word('role', role)}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {(Object.keys(DEEDS) as Deed[]).map((deed) => (
              <Table.Tr key={deed}>
                <Table.Td>{word('deed', deed)}</Table.Td>
                {ROLES.map((role) => (
                  <Table.Td key={role} ta="center">
                    {mayDo([role], deed) && (
                      <>
                        <IconCheck size={16} aria-hidden />
                        <VisuallyHidden>{t('yes')}</VisuallyHidden>
                      </>
                    )}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}
