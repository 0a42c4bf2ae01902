import { type ArgumentsHost, Catch, type ExceptionFilter, HttpStatus } from '@nestjs/common';
import { DomainError } from '@erp/shared-kernel';

interface JsonResponse {
  status(code: number): { json(body: unknown): void };
}

/** Answers a broken rule of the business with 422 and its code. */
@Catch(DomainError)
export class DomainErrorFilter implements ExceptionFilter<DomainError> {
  catch(error: DomainError, host: ArgumentsHost): void {
    host
      .switchToHttp()
      .getResponse<JsonResponse>()
      .status(HttpStatus.UNPROCESSABLE_ENTITY)
      .json({ code: error.code, message: error.message });
  }
}
