// The configuration as a file: deployments and destinations without secrets, and policies. Archives and history are not part of it.
import { z } from 'zod';
import { deploymentName } from './deployment.ts';
import { destinationName } from './destination.ts';
import { destinationId } from './ids.ts';
import { givenPolicySettings, policySettings } from './policy.ts';

export const configurationFile = z.object({
  format: z.literal('holdfast-configuration'),
  version: z.literal(1),
  exportedAt: z.iso.datetime(),
  /** The further ones; the main one is configured where the server is. */
  destinations: z
    .array(z.object({ id: destinationId, name: destinationName, url: z.string(), needsKey: z.boolean() }))
    .optional(),
  deployments: z.array(
    z.object({
      name: deploymentName,
      hosts: z.array(z.string()),
      database: z.string().nullable(),
      policies: z.array(z.object({ name: z.string(), ...givenPolicySettings.shape })),
    }),
  ),
});
export type ConfigurationFile = z.infer<typeof configurationFile>;

/** One line of what an import would do. `current` is null for something new. */
export const configurationChange = z.object({
  kind: z.enum(['policy-added', 'policy-changed', 'policy-unchanged', 'deployment-needs-connection']),
  deployment: z.string(),
  policy: z.string().nullable(),
  current: policySettings.nullable(),
  next: policySettings.nullable(),
});
export type ConfigurationChange = z.infer<typeof configurationChange>;

/**
 * What an import would do about a destination. `destination-needs-key`: it has to be added by hand, the file holds no keys;
 * `destination-away`: it cannot be opened, `problem` says why.
 */
export const configuredDestination = z.object({
  kind: z.enum(['destination-added', 'destination-unchanged', 'destination-needs-key', 'destination-away']),
  id: destinationId,
  name: destinationName,
  url: z.string(),
  problem: z.string().nullable(),
});
export type ConfiguredDestination = z.infer<typeof configuredDestination>;

/** What `configuration.preview` returns; `digest` goes back to `configuration.import`, which refuses a changed base. */
export const configurationPreview = z.object({
  changes: z.array(configurationChange),
  destinations: z.array(configuredDestination),
  digest: z.string(),
});
export type ConfigurationPreview = z.infer<typeof configurationPreview>;
