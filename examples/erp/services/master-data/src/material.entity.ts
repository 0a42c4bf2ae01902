import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What can be bought for a site: cement by the tonne, doors by the piece. */
@Entity()
export class Material {
  @PrimaryColumn({ length: 20 })
  code!: string;

  @Column({ length: 200 })
  name!: string;

  /** The code of the unit that it is sold by. */
  @Column({ length: 8 })
  unit!: string;

  /** The price of one unit, in the books' currency. */
  @Column('double precision')
  price!: number;
}
