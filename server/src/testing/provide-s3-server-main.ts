// A program: makes sure that the S3 server of the tests is there, and prints where.
import { provideS3Server } from './provide-s3-server.ts';

process.stdout.write(`versitygw ${await provideS3Server()}\n`);
