import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useWords } from './language.tsx';
import { Empty } from './states.tsx';

/** A page that the roles of who is signed in do not open. Nothing was asked for it. */
export function Denied() {
  const { t } = useWords();
  return (
    <Empty
      title={t('problem.not-allowed')}
      action={
        <Anchor component={Link} to="/incidents">
          {t('not-found.back')}
        </Anchor>
      }
    >
      {t('denied.help')}
    </Empty>
  );
}
