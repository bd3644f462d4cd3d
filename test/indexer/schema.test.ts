import { execFileSync } from 'node:child_process'
import { getNamedType, isEnumType, isInputObjectType, isInterfaceType, isObjectType, isScalarType } from 'graphql'
import { describe, expect, it } from 'vitest'
import { entities } from '../../indexer/api/entities/all.ts'
import { schema } from '../../indexer/api/schema/schema.ts'

const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'))
const own = types.filter((type) => !isScalarType(type) || ['BigInt', 'UInt', 'Bytes'].includes(type.name))
const typeOf = (name: string) => {
  const type = schema.getType(name)
  if (!isObjectType(type)) throw new Error(`There is no type ${name}`)
  return type
}
const shown = [...new Set(entities.map(({ type }) => type))].map(typeOf)

describe('the schema', () => {
  it('describes every type, field, argument and value', () => {
    const silent: string[] = []
    const say = (name: string, { description }: { readonly description?: string | null | undefined }) => {
      if (!description?.trim()) silent.push(name)
    }
    for (const type of own) {
      say(type.name, type)
      if (isObjectType(type) || isInterfaceType(type)) {
        for (const field of Object.values(type.getFields())) {
          say(`${type.name}.${field.name}`, field)
          for (const arg of field.args) say(`${type.name}.${field.name}(${arg.name})`, arg)
        }
      }
      if (isInputObjectType(type))
        for (const field of Object.values(type.getFields())) say(`${type.name}.${field.name}`, field)
      if (isEnumType(type)) for (const value of type.getValues()) say(`${type.name}.${value.name}`, value)
    }
    expect(silent).toEqual([])
  })

  it('has a name of its own for every type and every page', () => {
    const names = [...shown.map(({ name }) => name), ...shown.map(({ name }) => `${name}Page`)]
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
  })

  it('gives every row an id', () => {
    for (const type of shown) expect(`${type.name}.id: ${type.getFields().id?.type}`).toBe(`${type.name}.id: ID!`)
  })

  it('has beside every modelId the model, and calls every other link by its type', () => {
    const isPage = (name: string) => name.endsWith('Page')
    for (const type of shown) {
      const fields = type.getFields()
      const ownId = `${type.name.charAt(0).toLowerCase()}${type.name.slice(1)}Id`
      for (const [name, field] of Object.entries(fields)) {
        const found = getNamedType(field.type)
        const where = `${type.name}.${name}`
        if (name.endsWith('Id') && name !== ownId) expect([where, name.slice(0, -2) in fields]).toEqual([where, true])
        const isLink = isObjectType(found) && !`${field.type}`.startsWith('[') && shown.includes(found)
        if (!isLink || isPage(found.name)) continue
        const named = `${found.name.charAt(0).toLowerCase()}${found.name.slice(1)}`
        expect([where, `${name}Id` in fields || name === named]).toEqual([where, true])
      }
    }
  })

  it('calls a list like the root field that lists the same, save the fine-tunes of a model', () => {
    for (const { type, links = {} } of entities) {
      for (const [name, { kind, to }] of Object.entries(links)) {
        if (kind !== 'many' || name === 'fineTunes') continue
        const list = entities.find((entity) => entity.type === to().type && entity.list !== undefined)?.list
        expect(`${type}.${name}`).toBe(`${type}.${list}`)
      }
    }
  })

  it('tells the time wherever it tells a block of the chain', () => {
    for (const type of shown) {
      const fields = type.getFields()
      if ('block' in fields) expect([type.name, 'timestamp' in fields]).toEqual([type.name, true])
    }
  })

  it('is the one in docs/schema.graphql', () => {
    execFileSync(process.execPath, ['scripts/exportSchema.ts', '--check'])
  })
})
