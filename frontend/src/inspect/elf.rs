//! What the loader reads of a program or a library.

use std::ffi::OsString;
use std::fs::File;
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;

use object::elf::{DT_NEEDED, DT_NULL, DT_STRSZ, DT_STRTAB, FileHeader32, FileHeader64, PN_XNUM, PT_LOAD};
use object::read::elf::{Dyn as _, FileHeader, ProgramHeader};
use object::{Endianness, FileKind, ReadCache, ReadRef, StringTable};

/// No interpreter's name and no dynamic section is near this: a header that says more is not believed, so that it does
/// not decide how much memory is taken.
const MAX_SEGMENT: u64 = 1 << 16;

/// What a program or a library asks for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Asks {
    /// The processor, as ELF numbers it.
    pub(super) machine: u16,
    /// The program's loader, by its path.
    pub(super) interpreter: Option<OsString>,
    /// The libraries, in the order in which they are asked for.
    pub(super) needed: Vec<OsString>,
}

impl Asks {
    /// Returns the names of all that is asked for.
    pub(super) fn names(&self) -> impl Iterator<Item = &OsString> {
        self.interpreter.iter().chain(&self.needed)
    }
}

/// Reads the header, the interpreter and the dynamic section of a regular file; nothing for what is no ELF file, or one
/// that the loader could not read either.
///
/// Source: the System V ABI, "Program Header" and "Dynamic Section".
pub(super) fn asks(file: &Path) -> Option<Asks> {
    let data = &ReadCache::new(File::open(file).ok()?);
    match FileKind::parse(data).ok()? {
        FileKind::Elf32 => read::<FileHeader32<Endianness>, _>(data),
        FileKind::Elf64 => read::<FileHeader64<Endianness>, _>(data),
        _ => None,
    }
}

fn read<'data, Elf, R>(data: R) -> Option<Asks>
where
    Elf: FileHeader<Endian = Endianness>,
    R: ReadRef<'data>,
{
    let header = Elf::parse(data).ok()?;
    let endian = header.endian().ok()?;
    let mut asks = Asks {
        machine: header.e_machine(endian).0,
        ..Asks::default()
    };
    // More segments than a header can count: none that is loaded.
    if header.e_phnum(endian) == PN_XNUM {
        return Some(asks);
    }
    let Ok(segments) = header.program_headers(endian, data) else {
        return Some(asks);
    };
    let small = || {
        let is_small = |segment: &&Elf::ProgramHeader| segment.p_filesz(endian).into() <= MAX_SEGMENT;
        segments.iter().filter(is_small)
    };
    let interpreter = small().find_map(|segment| segment.interpreter(endian, data).ok().flatten());
    asks.interpreter = interpreter.filter(|path| !path.is_empty()).map(name);
    let Some(dynamic) = small().find_map(|segment| segment.dynamic(endian, data).ok().flatten()) else {
        return Some(asks);
    };
    let tags = || {
        let tags = dynamic.iter().map(|entry| (entry.tag(endian), entry.val(endian)));
        tags.take_while(|(tag, _)| *tag != DT_NULL)
    };
    let value = |wanted| tags().find(|(tag, _)| *tag == wanted).map(|(_, value)| value);
    let strings = value(DT_STRTAB).and_then(|address| {
        let inside = |segment: &&Elf::ProgramHeader| {
            let (start, size) = (segment.p_vaddr(endian).into(), segment.p_filesz(endian).into());
            segment.p_type(endian) == PT_LOAD
                && address.checked_sub(start).is_some_and(|offset| offset < size)
        };
        let home = segments.iter().find(inside)?;
        let start = (address - home.p_vaddr(endian).into()).checked_add(home.p_offset(endian).into())?;
        let end = start.checked_add(value(DT_STRSZ)?)?;
        Some(StringTable::new(data, start, end))
    });
    if let Some(strings) = strings {
        let offsets = tags().filter(|(tag, _)| *tag == DT_NEEDED);
        let offsets = offsets.filter_map(|(_, offset)| u32::try_from(offset).ok());
        asks.needed
            .extend(offsets.filter_map(|offset| strings.get(offset).ok()).map(name));
    }
    Some(asks)
}

fn name(bytes: &[u8]) -> OsString {
    OsString::from_vec(bytes.to_vec())
}

#[cfg(test)]
mod tests;
