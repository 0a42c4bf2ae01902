import { Args, Parent, Query, ResolveField, ResolveReference, Resolver } from '@nestjs/graphql';
import type { Material } from './material.entity';
import { MaterialService } from './material.service';
import { type Unit, unit } from './units';
import { unwrap } from '@erp/shared-kernel';

@Resolver('Material')
export class MaterialResolver {
  constructor(private readonly service: MaterialService) {}

  @Query('materials')
  materials(@Args('search') search: string): Promise<Material[]> {
    return this.service.search(search);
  }

  @ResolveReference()
  reference(reference: { code: string }): Promise<Material | null> {
    return this.service.byCode(reference.code);
  }

  @ResolveField('unit')
  unit(@Parent() material: Material): Unit {
    return unwrap(unit(material.unit));
  }
}
