import { Card, Table } from '@mantine/core';
import type { ReactNode } from 'react';

export interface Column<Row> {
  title: string;
  cell: (row: Row) => ReactNode;
  /** The name of the thing, by which a row is found. */
  strong?: boolean;
}

/** A table in a card. On narrow screens each row is a small card, and each value carries its column's title. */
export function StackedTable<Row extends { id: string }>({
  minWidth,
  columns,
  rows,
}: {
  minWidth: number;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
}) {
  return (
    <Card padding={0}>
      <Table.ScrollContainer minWidth={minWidth} className="stacks">
        <Table>
          <Table.Thead>
            <Table.Tr>
              {columns.map(({ title }) => (
                <Table.Th key={title}>{title}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={row.id}>
                {columns.map(({ title, cell, strong }) => (
                  <Table.Td key={title} data-label={title} {...(strong ? { fw: 500 } : {})}>
                    {cell(row)}
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
