// Table parts with their roles spelled out: on a phone the rows become small sheets (`display: grid`), which would take
// the table's meaning away from screen readers.
import type { JSX } from 'solid-js';

export function Table(props: JSX.HTMLAttributes<HTMLTableElement>) {
  return <table {...as('table')} {...props} />;
}

export function TableHead(props: JSX.HTMLAttributes<HTMLTableSectionElement>) {
  return <thead {...as('rowgroup')} {...props} />;
}

export function TableBody(props: JSX.HTMLAttributes<HTMLTableSectionElement>) {
  return <tbody {...as('rowgroup')} {...props} />;
}

export function Tr(props: JSX.HTMLAttributes<HTMLTableRowElement>) {
  return <tr {...as('row')} {...props} />;
}

export function Td(props: JSX.TdHTMLAttributes<HTMLTableCellElement>) {
  return <td {...as('cell')} {...props} />;
}

export function HeadCell(props: JSX.ThHTMLAttributes<HTMLTableCellElement>) {
  return <th {...as('columnheader')} scope="col" {...props} />;
}

export function RowHead(props: JSX.ThHTMLAttributes<HTMLTableCellElement>) {
  return <th {...as('rowheader')} scope="row" {...props} />;
}

function as<R extends string>(role: R): { role: R } {
  return { role };
}
