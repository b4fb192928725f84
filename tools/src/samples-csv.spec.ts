/** The reader of comma-separated values takes RFC 4180 and nothing else. */
import { readCsv } from './samples-csv.js';

const read = (text: string) => readCsv('things.csv', text, ['id', 'name']).map(({ line, fields }) => [line, fields['id'], fields['name']]);

describe('a file of comma-separated values', () => {
  it('is read by its header, whatever the order of the columns and the line ends', () => {
    expect(read('name,id\r\none,1\r\ntwo,2')).toEqual([
      [2, '1', 'one'],
      [3, '2', 'two'],
    ]);
  });

  it('may quote commas, quotes and line ends, and records know their first line', () => {
    expect(read('\uFEFFid,name\n1,"a, ""b""\nc"\n2,\n')).toEqual([
      [2, '1', 'a, "b"\nc'],
      [4, '2', ''],
    ]);
  });

  it.each([
    ['a column too few', 'id\n1\n', 'things.csv, line 1: the columns must be id,name; look at name.'],
    ['a column too many', 'id,name,colour\n', 'things.csv, line 1: the columns must be id,name; look at colour.'],
    ['a column twice', 'id,name,id\n', 'things.csv, line 1: the columns must be id,name; look at the doubled one.'],
    ['a field too many', 'id,name\n1,a\n2,b,c\n', 'things.csv, line 3: the record has 3 fields, the header has 2.'],
    ['a blank line', 'id,name\n\n', 'things.csv, line 2: the record has 1 fields, the header has 2.'],
    [
      'a quote inside',
      'id,name\n1,a"b\n',
      'things.csv, line 2: A field has a quote inside: put the whole field into quotes and double the quote.',
    ],
    ['text behind a quote', 'id,name\n1,"a"b\n', 'things.csv, line 2: Text follows a closing quote: double the quotes inside a field.'],
    ['an open quote', 'id,name\n1,"a\nb\n', 'things.csv, line 2: A quoted field is never closed: close it with a quote.'],
    ['a lone carriage return', 'id,name\r1,a', 'things.csv, line 1: A line ends in a lone carriage return: end it with a line feed.'],
  ])('with %s is refused with its line', (_, text, fault) => {
    expect(() => read(text)).toThrow(fault);
  });
});
