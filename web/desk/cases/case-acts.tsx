import { Button, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useState } from 'react';
import type { Case } from '../../../contract/cases.ts';
import { useWords } from '../shell/language.tsx';
import { useMay } from '../shell/me.ts';
import { Window } from '../shell/window.tsx';
import { AssignAct, PromiseAct, PropertiesAct, VoiceAct, WaitAct, WordsAct } from './act-forms.tsx';
import { IncidentAct, JoinAct, ServiceAct } from './belongs-acts.tsx';

const OPEN_ACTS = [
  'heard',
  'assign',
  'promise',
  'call-back',
  'waiting',
  'properties',
  'service',
  'incident',
  'join',
  'formal',
  'cancel',
] as const;
type Act = (typeof OPEN_ACTS)[number];
const ENDED_ACTS: readonly Act[] = ['heard', 'properties'];

/** What else may be done with a case, each in a window of its own. */
export function CaseActs({ case: found }: { case: Case }) {
  const { t } = useWords();
  const may = useMay();
  const [act, setAct] = useState<Act | null>(null);
  if (!may('cases:work')) return null;
  const acts = (found.endedAt ? ENDED_ACTS : OPEN_ACTS).filter(
    (one) =>
      (one !== 'formal' || found.formalAt === null) &&
      (one !== 'service' || may('customers:see')) &&
      (one !== 'incident' || may('incidents:see')),
  );
  const props = { case: found, onDone: () => setAct(null) };
  return (
    <>
      <Menu position="bottom-end" transitionProps={{ duration: 100 }} returnFocus>
        <Menu.Target>
          <Button variant="default" leftSection={<IconDots size={18} aria-hidden />}>
            {t('case.acts')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {acts.map((one) => (
            <Menu.Item key={one} onClick={() => setAct(one)}>
              {t(`case-act.${one}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {act && (
        <Window onClose={() => setAct(null)} title={t(`case-act.${act}`)} size="lg">
          {act === 'assign' && <AssignAct {...props} />}
          {(act === 'promise' || act === 'call-back') && <PromiseAct {...props} kind={act} />}
          {act === 'heard' && <VoiceAct {...props} />}
          {act === 'properties' && <PropertiesAct {...props} />}
          {act === 'service' && <ServiceAct {...props} />}
          {act === 'incident' && <IncidentAct {...props} />}
          {act === 'join' && <JoinAct {...props} />}
          {act === 'waiting' && <WaitAct {...props} />}
          {(act === 'formal' || act === 'cancel') && <WordsAct {...props} act={act} />}
        </Window>
      )}
    </>
  );
}
