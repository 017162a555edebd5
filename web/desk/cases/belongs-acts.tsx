import { Select, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { casesOfCustomerQuery, customerQuery } from '../customers/queries.ts';
import { incidentsQuery } from '../incidents/queries.ts';
import { DeedForm } from '../shell/deed-form.tsx';
import { useWords } from '../shell/language.tsx';
import { useDeed } from '../shell/notices.tsx';
import { type ActProps, useChange } from './act-forms.tsx';
import { joinCase, TOUCHED } from './queries.ts';
import { spokenNumber } from './spoken-number.ts';

/** What a list offers for "none of these": found by the keyboard like the others. */
const NONE = 'none';
const orNone = (chosen: string | null): string | null => (chosen === NONE ? null : chosen);

// To what a case belongs: the line that it is about, the incident behind it, another case of the same matter.

/** Which line of the customer it is about; where that hangs in the network goes with it. */
export function ServiceAct({ case: found, onDone }: ActProps) {
  const { t, word } = useWords();
  const customer = useQuery(customerQuery(found.party.id));
  const [serviceId, setServiceId] = useState<string | null>(found.serviceId);
  const change = useChange(found, onDone);
  const services = (customer.data?.services ?? []).filter(({ id, state }) => state !== 'ended' || id === serviceId);
  return (
    <DeedForm
      label={t('save')}
      pending={change.isPending}
      ready={serviceId !== found.serviceId}
      onDo={() => change.mutate({ serviceId })}
      onCancel={onDone}
    >
      <Text size="sm">{t('case-act.service.help')}</Text>
      <Select
        label={t('case.service')}
        allowDeselect={false}
        data-autofocus
        value={serviceId ?? NONE}
        onChange={(chosen) => setServiceId(orNone(chosen))}
        data={[
          { value: NONE, label: t(services.length === 0 ? 'customer.services.none' : 'case-act.service.none') },
          ...services.map(({ id, product, address, externalId, state }) => ({
            value: id,
            label: [product, address, externalId, state === 'active' ? null : word('service-state', state)]
              .filter(Boolean)
              .join(' · '),
          })),
        ]}
      />
    </DeedForm>
  );
}

/** Behind which incident it stands: it is answered with it. */
export function IncidentAct({ case: found, onDone }: ActProps) {
  const { t } = useWords();
  const incidents = useQuery(incidentsQuery('open'));
  const [incidentId, setIncidentId] = useState<string | null>(found.incidentId);
  const change = useChange(found, onDone);
  const open = incidents.data ?? [];
  return (
    <DeedForm
      label={t('save')}
      pending={change.isPending}
      ready={incidentId !== found.incidentId}
      onDo={() => change.mutate({ incidentId })}
      onCancel={onDone}
    >
      <Text size="sm">{t('case-act.incident.help')}</Text>
      <Select
        label={t('case.incident')}
        allowDeselect={false}
        data-autofocus
        value={incidentId ?? NONE}
        onChange={(chosen) => setIncidentId(orNone(chosen))}
        data={[
          { value: NONE, label: t(open.length === 0 ? 'case-act.incident.none-open' : 'case-act.incident.none') },
          ...open.map(({ id, reference, resource }) => ({ value: id, label: `${reference} · ${resource.name}` })),
        ]}
      />
    </DeedForm>
  );
}

/** Another open case of the same customer goes on with what this one asked for. */
export function JoinAct({ case: found, onDone }: ActProps) {
  const { t } = useWords();
  const query = useQuery(casesOfCustomerQuery(found.party.id, 'all'));
  const [intoId, setIntoId] = useState<string | null>(null);
  const join = useDeed({
    run: (into: string) => joinCase(found.id, into),
    touches: TOUCHED,
    done: t('join.done'),
    onDone,
  });
  const others = (query.data?.cases ?? []).filter(({ id }) => id !== found.id);
  return (
    <DeedForm
      label={t('join.join')}
      pending={join.isPending}
      ready={intoId !== null}
      onDo={() => intoId && join.mutate(intoId)}
      onCancel={onDone}
    >
      <Text size="sm">{t('case-act.join.help')}</Text>
      <Select
        label={t('case-act.join.into')}
        placeholder={t(query.data && others.length === 0 ? 'case-act.join.none' : 'case-act.join.choose')}
        disabled={query.data !== undefined && others.length === 0}
        data-autofocus
        value={intoId}
        onChange={setIntoId}
        data={others.map(({ id, number, subject }) => ({ value: id, label: `${spokenNumber(number)} · ${subject}` }))}
      />
    </DeedForm>
  );
}
