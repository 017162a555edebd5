import { ActionIcon, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useWords } from './language.tsx';

export interface MenuDeed {
  label: string;
  run: () => void;
  /** It takes something away: shown in red, and last. */
  destroys?: boolean;
}

/** What else may be done with one thing of a list; `of` is its name. The keyboard comes back to the button. */
export function MoreMenu({
  of,
  items,
  pending = false,
}: {
  of: string;
  items: readonly MenuDeed[];
  pending?: boolean;
}) {
  const { t } = useWords();
  return (
    <Menu position="bottom-end" transitionProps={{ duration: 100 }} returnFocus>
      <Menu.Target>
        <ActionIcon variant="default" size="lg" loading={pending} aria-label={`${t('more')}: ${of}`}>
          <IconDots size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {items.map(({ label, run, destroys }) => (
          <Menu.Item key={label} {...(destroys ? { color: 'red' } : {})} onClick={run}>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
