import type { DeploymentId, PolicyId } from '@holdfast/shared/ids';
import { describe, expect, it } from 'vitest';
import { registerDeployment, removeDeployment, updateDeployment } from './deployment.ts';
import { backupIn, deploymentId, facts, policyId, registered, settings } from './examples.ts';
import { given, refusal } from './testing.ts';

const newId = '01970000-0000-7000-8000-000000000101' as DeploymentId;
const policy = { policyId: '01970000-0000-7000-8000-000000000102' as PolicyId, name: 'daily', settings };
const read = given(registered);
const register = (change: Partial<typeof facts>) =>
  registerDeployment(read('configuration'), { deploymentId: newId, facts: { ...facts, ...change }, policy });

describe('registering', () => {
  it('registers a deployment together with its policy', () => {
    expect(register({ name: 'crm', replicaSetId: 'set-2' }).map(({ type }) => type)).toStrictEqual([
      'DeploymentRegistered',
      'PolicyChanged',
    ]);
  });
  it('refuses a name that is taken', () => {
    expect(refusal(() => register({ replicaSetId: 'set-2' }))).toBe('DEPLOYMENT_EXISTS');
  });
  it('refuses the same replica set and scope under another name', () => {
    expect(refusal(() => register({ name: 'crm' }))).toBe('DEPLOYMENT_EXISTS');
  });
  it('takes servers that are no replica set as different', () => {
    expect(refusal(() => register({ name: 'crm', replicaSetId: null }))).toBe('accepted');
  });
  it('gives a name free again once its deployment is removed', () => {
    const removed = removeDeployment(read(`deployment:${deploymentId}`), deploymentId);
    const after = given([...registered, ...removed]);
    expect(refusal(() => registerDeployment(after('configuration'), { deploymentId: newId, facts, policy }))).toBe(
      'accepted',
    );
  });
});

describe('changing and removing', () => {
  it('appends nothing when nothing changed', () => {
    const same = updateDeployment(read('configuration'), read(`deployment:${deploymentId}`), { deploymentId, facts });
    expect(same).toStrictEqual([]);
  });
  it('refuses both while an operation runs', () => {
    const busy = given(backupIn.running ?? []);
    const state = busy(`deployment:${deploymentId}` as const);
    expect(refusal(() => removeDeployment(state, deploymentId))).toBe('OPERATION_IN_PROGRESS');
    const renamed = { deploymentId, facts: { ...facts, name: 'other' } };
    expect(refusal(() => updateDeployment(busy('configuration'), state, renamed))).toBe('OPERATION_IN_PROGRESS');
  });
  it('ends the policies with the deployment', () => {
    const removed = removeDeployment(read(`deployment:${deploymentId}`), deploymentId);
    expect(removed[0]?.data).toStrictEqual({ deploymentId, policyIds: [policyId] });
    expect(given([...registered, ...removed])(`policy:${policyId}` as const)?.removed).toBe(true);
  });
});
