import { Column, Entity, OneToMany, PrimaryColumn } from 'typeorm';
import { Site } from './site.entity';

/** A company of the group, with books of its own. */
@Entity()
export class Company {
  @PrimaryColumn({ length: 20 })
  code!: string;

  @Column({ length: 200 })
  name!: string;

  /** By ISO 4217. */
  @Column({ length: 3 })
  currency!: string;

  @OneToMany(() => Site, (site) => site.company)
  sites!: Site[];
}
