// A program: makes sure that the `age` command of the tests is there, and prints where.
import { ageTools } from './age-tool.ts';

const { age, ageKeygen } = await ageTools();
process.stdout.write(`age ${age}\nage-keygen ${ageKeygen}\n`);
