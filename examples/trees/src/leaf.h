#pragma once

int leaves(int branches);
