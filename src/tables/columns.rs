//! Columns of a table: a name, a type, and where in a row the value is found. A table is a list of them.

use polars::chunked_array::builder::AnonymousOwnedListBuilder;
use polars::prelude::{
    BooleanChunked, Column, DataFrame, DataType, Field, Float32Chunked, Float32Type, Float64Chunked, IntoColumn,
    IntoSeries, ListBuilderTrait, ListPrimitiveChunkedBuilder, ListStringChunkedBuilder, NamedFrom, NewChunkedArray,
    PlSmallStr, PolarsResult, Schema, Series, StringChunked, StructChunked, UInt8Chunked, UInt32Chunked, UInt64Chunked,
};

/// A column of a table with rows of type `R`.
pub(super) struct Cells<R> {
    /// The column's name.
    name: &'static str,
    /// Its type, and where its values are found.
    value: Value<R>,
}

/// Where the values of a column are found in a row; the variant is the type.
pub(super) enum Value<R> {
    /// A string.
    Text(fn(&R) -> Option<&str>),
    /// True or false.
    Bool(fn(&R) -> Option<bool>),
    /// A number up to 255.
    U8(fn(&R) -> Option<u8>),
    /// A count or a turn.
    U32(fn(&R) -> Option<u32>),
    /// A line number.
    U64(fn(&R) -> Option<u64>),
    /// A score or share.
    F32(fn(&R) -> Option<f32>),
    /// Seconds.
    F64(fn(&R) -> Option<f64>),
    /// A list of strings.
    Texts(fn(&R) -> Vec<&str>),
    /// A list of scores.
    Scores(fn(&R) -> &[f32]),
    /// A list of promises: the turn, and the time until which contact was promised.
    Promises(fn(&R) -> &[(u32, String)]),
    /// A list of counts by guideline code.
    Counts(fn(&R) -> &[(String, u32)]),
}

impl<R> Cells<R> {
    /// A column with a name.
    pub(super) const fn new(name: &'static str, value: Value<R>) -> Self {
        Cells { name, value }
    }

    fn column(&self, rows: &[R]) -> PolarsResult<Column> {
        let name = PlSmallStr::from_static(self.name);
        Ok(match &self.value {
            Value::Text(get) => StringChunked::from_iter_options(name, rows.iter().map(get)).into_column(),
            Value::Bool(get) => BooleanChunked::from_iter_options(name, rows.iter().map(get)).into_column(),
            Value::U8(get) => UInt8Chunked::from_iter_options(name, rows.iter().map(get)).into_column(),
            Value::U32(get) => UInt32Chunked::from_iter_options(name, rows.iter().map(get)).into_column(),
            Value::U64(get) => UInt64Chunked::from_iter_options(name, rows.iter().map(get)).into_column(),
            Value::F32(get) => Float32Chunked::from_iter_options(name, rows.iter().map(get)).into_column(),
            Value::F64(get) => Float64Chunked::from_iter_options(name, rows.iter().map(get)).into_column(),
            Value::Texts(get) => {
                let mut lists = ListStringChunkedBuilder::new(name, rows.len(), rows.len());
                rows.iter().for_each(|row| lists.append_values_iter(get(row).into_iter()));
                lists.finish().into_column()
            }
            Value::Scores(get) => {
                let mut lists =
                    ListPrimitiveChunkedBuilder::<Float32Type>::new(name, rows.len(), rows.len(), DataType::Float32);
                rows.iter().for_each(|row| lists.append_slice(get(row)));
                lists.finish().into_column()
            }
            Value::Promises(get) => pairs(
                name,
                &promise(),
                rows.iter().map(|row| {
                    let (turns, times): (Vec<u32>, Vec<&str>) =
                        get(row).iter().map(|(turn, due)| (*turn, due.as_str())).unzip();
                    [Series::new("turn".into(), turns), Series::new("due_at".into(), times)]
                }),
            )?,
            Value::Counts(get) => pairs(
                name,
                &count(),
                rows.iter().map(|row| {
                    let (codes, counts): (Vec<&str>, Vec<u32>) =
                        get(row).iter().map(|(code, count)| (code.as_str(), *count)).unzip();
                    [Series::new("code".into(), codes), Series::new("count".into(), counts)]
                }),
            )?,
        })
    }

    fn dtype(&self) -> DataType {
        match &self.value {
            Value::Text(_) => DataType::String,
            Value::Bool(_) => DataType::Boolean,
            Value::U8(_) => DataType::UInt8,
            Value::U32(_) => DataType::UInt32,
            Value::U64(_) => DataType::UInt64,
            Value::F32(_) => DataType::Float32,
            Value::F64(_) => DataType::Float64,
            Value::Texts(_) => DataType::List(Box::new(DataType::String)),
            Value::Scores(_) => DataType::List(Box::new(DataType::Float32)),
            Value::Promises(_) => DataType::List(Box::new(promise())),
            Value::Counts(_) => DataType::List(Box::new(count())),
        }
    }
}

fn promise() -> DataType {
    DataType::Struct(vec![Field::new("turn".into(), DataType::UInt32), Field::new("due_at".into(), DataType::String)])
}

fn count() -> DataType {
    DataType::Struct(vec![Field::new("code".into(), DataType::String), Field::new("count".into(), DataType::UInt32)])
}

/// A column of lists of pairs, given the two halves of each row.
fn pairs(name: PlSmallStr, pair: &DataType, rows: impl ExactSizeIterator<Item = [Series; 2]>) -> PolarsResult<Column> {
    let mut lists = AnonymousOwnedListBuilder::new(name, rows.len(), Some(pair.clone()));
    for halves in rows {
        let length = halves[0].len();
        lists
            .append_owned_series(StructChunked::from_series(PlSmallStr::EMPTY, length, halves.iter())?.into_series())?;
    }
    Ok(lists.finish().into_column())
}

/// The rows as a frame with these columns.
pub(super) fn frame<R>(columns: &[Cells<R>], rows: &[R]) -> PolarsResult<DataFrame> {
    DataFrame::new(rows.len(), columns.iter().map(|cells| cells.column(rows)).collect::<PolarsResult<_>>()?)
}

/// Names and types of the columns.
pub(super) fn schema<R>(columns: &[Cells<R>]) -> Schema {
    columns.iter().map(|cells| Field::new(PlSmallStr::from_static(cells.name), cells.dtype())).collect()
}
