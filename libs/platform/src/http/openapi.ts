/** The description of the HTTP interface: OpenAPI 3.1 for programs, a page for people. */
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';

const problem = {
  description: 'RFC 9457 problem',
  content: {
    'application/problem+json': {
      schema: {
        type: 'object',
        required: ['type', 'title', 'status', 'code', 'traceId'],
        properties: {
          type: { type: 'string', examples: ['urn:yrd:problem:voucher:E-QUOTA'] },
          title: { type: 'string' },
          status: { type: 'integer' },
          detail: { type: 'string', description: 'In the language of Accept-Language: zh (default) or en.' },
          code: { type: 'string', examples: ['E-QUOTA'] },
          clause: { type: 'string', description: 'The rule that refuses.' },
          traceId: { type: 'string' },
          facts: { type: 'object', description: 'The values seen and needed, in the language of Accept-Language.' },
          values: {
            type: 'object',
            description: 'For programs, what facts says in words: phrases by name (say) and what fills them; …Fen in fen, …Ms in ms.',
          },
          errors: {
            type: 'array',
            items: { type: 'object', properties: { field: { type: 'string' }, rule: { type: 'string' }, message: { type: 'string' } } },
          },
        },
      },
    },
  },
};

/** Every operation may answer with a problem. */
const withProblems = (document: OpenAPIObject): OpenAPIObject => {
  for (const item of Object.values(document.paths)) {
    for (const operation of [item.get, item.post, item.put, item.patch, item.delete]) {
      if (operation !== undefined) operation.responses = { ...operation.responses, default: problem };
    }
  }
  return document;
};

/** Serves `/openapi.json` and `/docs`. Call before the application is initialised. */
export const describeApi = (app: INestApplication, title: string): void => {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(title)
    .setDescription('Commands take an Idempotency-Key; answers carry ETag and Yrd-Position; any GET takes ?at=32/voucher@123.')
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .build();
  const document = withProblems(SwaggerModule.createDocument(app, config));
  SwaggerModule.setup('docs', app, document, { jsonDocumentUrl: '/openapi.json', raw: ['json'], customSiteTitle: title });
};
