// Views, one of them on another. By name the outer one comes first, so that whoever restores by name meets it too early.
import type { CreateCollectionOptions } from 'mongodb';

/** A view: made after every collection, in this order. */
export interface SampleView {
  readonly name: string;
  readonly options: CreateCollectionOptions & { viewOn: string; pipeline: object[] };
}

export const views: readonly SampleView[] = [
  {
    name: 'openOrders',
    options: {
      viewOn: 'orders',
      collation: { locale: 'fr' },
      pipeline: [
        { $match: { status: 'open' } },
        { $lookup: { from: 'customers', localField: 'customer._id', foreignField: '_id', as: 'customer' } },
        { $unwind: '$customer' },
        { $project: { number: 1, total: 1, placedAt: 1, country: '$customer.address.country' } },
      ],
    },
  },
  {
    name: 'countriesWithOpenOrders',
    options: {
      viewOn: 'openOrders',
      collation: { locale: 'fr' },
      pipeline: [
        { $group: { _id: '$country', orders: { $sum: 1 }, value: { $sum: '$total' } } },
        { $sort: { _id: 1 } },
      ],
    },
  },
];
