import { type ArgumentsHost, Catch, type ExceptionFilter, HttpStatus } from '@nestjs/common';
import { DomainError } from '@erp/shared-kernel';

/** The part of Express's response that the filter uses. */
interface Response {
  status(code: number): this;
  type(mime: string): this;
  json(body: unknown): this;
}

/** Answers a broken rule of the business with 422 and its code. */
@Catch(DomainError)
export class DomainErrorFilter implements ExceptionFilter<DomainError> {
  catch(error: DomainError, host: ArgumentsHost): void {
    host
      .switchToHttp()
      .getResponse<Response>()
      .status(HttpStatus.UNPROCESSABLE_ENTITY)
      .type('json')
      .json({ code: error.code, message: error.message });
  }
}
