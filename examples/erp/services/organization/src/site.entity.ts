import { Column, Entity, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { Company } from './company.entity';

/** A place where a company builds. */
@Entity()
export class Site {
  @PrimaryColumn({ length: 20 })
  code!: string;

  @Column({ length: 200 })
  name!: string;

  @Column({ length: 100 })
  city!: string;

  @ManyToOne(() => Company, (company) => company.sites, { onDelete: 'CASCADE' })
  company!: Relation<Company>;
}
